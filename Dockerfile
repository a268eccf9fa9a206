# The app with its embedded weights:
# docker build -t autoencoder-studio . && docker run -p 7860:7860 autoencoder-studio
# On a machine without a GPU, smaller:
# --build-arg PIP="pip install --extra-index-url <index of PyTorch's CPU builds>"
FROM python:3.11-slim

ARG PIP="pip install"
RUN useradd --create-home --uid 1000 studio
WORKDIR /studio

# What changes seldom comes first, so that a new version of the app is a layer of some kilobytes.
COPY requirements.txt constraints.txt ./
RUN $PIP --no-cache-dir -r requirements.txt -c constraints.txt
COPY weights weights
COPY ae_models ae_models
COPY ui ui
COPY docs/lessons docs/lessons
COPY app.py LICENSE ./

# The checkout belongs to root and stays read-only; uploads go to /tmp, downloads from the Hub to
# the user's home.
USER studio
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 PYTHONUNBUFFERED=1
EXPOSE 7860
# docker stop --time 30: what is being computed is finished.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GRADIO_SERVER_PORT\"]}/healthz', timeout=4)"
CMD ["python", "app.py"]
