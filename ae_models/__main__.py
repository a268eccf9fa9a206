"""python -m ae_models: see ae_models/command_line.py."""

from ae_models.command_line import main

if __name__ == "__main__":
    main()
