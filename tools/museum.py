"""Train the exhibits of the museum of broken GANs and write data/museum.npz.

python tools/museum.py                 # a quarter of an hour on one core
python tools/museum.py --only rate     # one exhibit again, the others as they are
"""

import argparse
import os
import time
from pathlib import Path

from stylegan_tf.course import museum

FILE = Path(__file__).resolve().parent.parent / "data" / "museum.npz"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=museum.DEFECTS, nargs="*", default=list(museum.DEFECTS))
    exhibits = museum.visit() if FILE.exists() else {}
    for defect in parser.parse_args().only:
        started = time.perf_counter()
        exhibits[defect] = museum.train(defect)
        last = exhibits[defect].history[-1]
        load = ", ".join(f"{v:.1f}" for v in os.getloadavg())
        seconds = time.perf_counter() - started
        print(
            f"{defect:8} D {last['d_loss']:.3f} G {last['g_loss']:.3f} {seconds:.0f} s, load {load}",
            flush=True,
        )
        museum.write(FILE, {name: exhibits[name] for name in museum.DEFECTS if name in exhibits})
    print(f"wrote {FILE} ({FILE.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
