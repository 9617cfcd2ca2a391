from stylegan_tf.cli import main

raise SystemExit(main())
