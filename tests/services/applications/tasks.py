"""A celery application whose broker is a folder. `python tasks.py 80` asks for 80 tasks."""

import sys
from pathlib import Path

from celery import Celery

for folder in ("broker", "control"):
    Path(folder).mkdir(exist_ok=True)
app = Celery(
    "tasks",
    broker="filesystem://localhost/",
    broker_transport_options={
        "data_folder_in": "broker",
        "data_folder_out": "broker",
        "control_folder": "control",
        "polling_interval": 0.05,
    },
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
)


@app.task
def order():
    shop.serve()


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        app.send_task("tasks.order")
else:
    import shop
