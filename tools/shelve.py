"""Put an ablation on the shelf of lesson 15: data/ablation.npz, its rows and the generators of A to F.

stylegan-tf ablation --dataset digits --configs A-F --seeds 0,1,2 --kimg 60 --set batch_size=8 \
    --set mapping_lr=0.1 --test-latents 2,3,4 --out ablation
python tools/shelve.py ablation
"""

import argparse
import hashlib
from pathlib import Path

from stylegan_tf.ablation import shelf

FILE = Path(__file__).resolve().parent.parent / "data/ablation.npz"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", help="what stylegan-tf ablation --out made")
    parser.add_argument("--seed", type=int, default=0, help="whose generators are kept (default 0)")
    args = parser.parse_args()
    shelf.write(FILE, args.folder, args.seed)
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    print(f"{FILE.name}: {len(shelf.rows())} rows, {FILE.stat().st_size / 1e6:.2f} MB, sha256 {digest}")


if __name__ == "__main__":
    main()
