"""Whether there is a network to download from, asked before anything slow."""

import threading
import urllib.error
import urllib.request


def answers(url: str, seconds: float) -> bool:
    """Whether the host of ``url``, or a proxy in between, answers at all within ``seconds``."""
    found = threading.Event()

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=seconds).close()
            found.set()
        except urllib.error.HTTPError as error:
            if error.code in (405, 501):  # alive, and no friend of HEAD
                found.set()
        except (OSError, ValueError):
            pass

    # A thread, because looking up a name takes its own time, whatever the timeout.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds + 1)
    return found.is_set()
