// Sentences for people, a line each, in their language.
function tell() {
  element.querySelector("p").textContent = (props.value ?? "").split("\n").map(say).join(" ");
}
watch("value", tell);
tell();
