"""A resource detector that takes 20 seconds, as those of clouds do away from their cloud."""

import threading

from opentelemetry.sdk.resources import Resource, ResourceDetector

first_run_is_over = threading.Event()
saw = []


class SlowDetector(ResourceDetector):
    def detect(self):
        saw.append(first_run_is_over.wait(20))
        return Resource({"detected": "late"})
