from stylegan_tf.cli.main import main

raise SystemExit(main())
