// Pictures in a grid, each a link that saves it.
function show() {
  const pictures = props.value?.root ?? props.value ?? [];
  const row = element.querySelector(".row");
  row.replaceChildren(
    ...pictures.map(({ image }, i) => {
      const name = `${say(props.named)} ${i + 1}`;
      const link = Object.assign(document.createElement("a"), {
        href: image.url,
        download: `face-${i + 1}.${image.url.split(".").pop()}`,
      });
      link.append(Object.assign(new Image(), { src: image.url, alt: name, title: name }));
      return link;
    }),
  );
}
watch("value", show);
show();
