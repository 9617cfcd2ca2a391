# make demo   trains digits for about ten minutes and writes runs/mnist32/report.html
# make test   lint and all tests
# make test-quick    lint, the form of the notebooks, and the lessons that you have changed; about a minute
# make lab    the notebooks in JupyterLab
# make playground  all dials of the shipped digits on one page
# make student    the notebooks without the solutions, in notebooks/student/
# make notebooks  runs the notebooks in the cpu profile and stores what they show
# make assignments  sheets for a class, for nbgrader and for Otter, in build/assignments/
# make dist   the wheel and the sdist, in dist/
# make test-wheel    the wheel in an empty environment: import, demo, lab; about five minutes
# make test-colab    the notebooks and the widgets with the packages that Colab has, on Python 3.13; about ten minutes
# make test-graders  both graders on right, missing and wrong answers; about a quarter of an hour
# make site   the notebooks as they are, the reference and the texts as pages, in build/site
# make clean  removes the environments and caches, never runs/ or build/assignments/
#
# Each makes its own environment first, which is built anew when pyproject.toml or the constraints change.
# Other settings: make test PYTHON=python3.12 VENV=~/venvs/oldest CONSTRAINTS=constraints-oldest.txt PYTEST_ARGS="tests/test_house.py -v"

PYTHON ?= python3
VENV ?= .venv
GRADERS_VENV ?= .venv-graders
COLAB_VENV ?= .venv-colab
COLAB_PYTHON ?= python3.13
CONSTRAINTS ?= constraints.txt
MINUTES ?= 10
OUT ?= runs/mnist32
PYTEST_ARGS ?=
# Three parts, each in processes of its own: TensorFlow keeps memory of every network that a process has made.
TEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
TEST_TRAINING = tests/training tests/runs tests/ablation
TEST_NETWORKS = tests/networks tests/official tests/metrics tests/planning tests/editing tests/latents tests/figures
TEST_REST = $(patsubst %,--ignore=%,$(TEST_TRAINING) $(TEST_NETWORKS))
# Two notebooks at a time, each in a kernel of its own; a failing cell fails the notebook.
TEST_NOTEBOOKS = STYLEGAN_TF_PROFILE=test $(BIN)/python -m pytest -n 2 --dist loadfile \
  --nbval-lax --nbval-current-env --nbval-cell-timeout=120 $(NOTEBOOKS)
NOTEBOOKS ?= $(wildcard notebooks/*.ipynb)
STRIP := --keep-id --keep-output --keep-count --extra-keys "metadata.widgets metadata.language_info cell.metadata.execution"

BIN := $(VENV)/bin
READY := $(VENV)/ready-$(notdir $(CONSTRAINTS))

# Without compiled files TensorFlow takes twice as long to import, at each start.
unexport PYTHONDONTWRITEBYTECODE
# Packages of another environment would hide those installed here.
unexport PYTHONPATH PYTHONHOME

.PHONY: demo test test-quick lab playground student notebooks site assignments graders dist test-wheel test-colab lessons-in-colab test-graders clean
.DELETE_ON_ERROR:
.SECONDARY:

demo: $(READY)-tensorboard
	$(BIN)/stylegan-tf demo --minutes $(MINUTES) --out $(OUT)

test: $(READY)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(if $(PYTEST_ARGS),$(TEST) $(PYTEST_ARGS),$(TEST) $(TEST_TRAINING) && $(TEST) $(TEST_NETWORKS) && $(TEST) $(TEST_REST) && $(TEST_NOTEBOOKS))

# Lessons that differ from the last commit; make test-quick CHANGED=notebooks/05_adain_and_constant.ipynb names others.
CHANGED ?= $(shell git diff --name-only --diff-filter=d HEAD -- 'notebooks/*.ipynb')
test-quick: NOTEBOOKS = $(CHANGED)
# A student's version is run of these lessons alone.
test-quick: WITH_BLANKS = not runs_with_blanks $(foreach lesson,$(CHANGED),or $(basename $(notdir $(lesson))))
test-quick: $(READY)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -k "$(WITH_BLANKS)" tests/notebooks tests/test_citations.py tests/test_house.py
	$(if $(CHANGED),$(TEST_NOTEBOOKS),@echo "no lesson differs from the last commit")

lab: $(READY)-course
	$(BIN)/jupyter lab notebooks

playground: $(READY)-course
	$(BIN)/stylegan-tf playground

student: $(READY)-course
	$(BIN)/python -m stylegan_tf.course.student notebooks notebooks/student

# Widgets leave a state and links that no page can show; the cells' ids stay as they are.
notebooks: $(READY)-dev $(READY)-course
	STYLEGAN_TF_PROFILE=cpu $(BIN)/jupyter nbconvert --to notebook --execute --inplace $(NOTEBOOKS)
	$(BIN)/nbstripout $(STRIP) $(NOTEBOOKS)
	$(BIN)/python -m stylegan_tf.course.notebook_outputs $(NOTEBOOKS)

assignments: graders
	$(GRADERS_VENV)/bin/python -m stylegan_tf.course.assignments notebooks build/assignments

dist: $(READY)-test
	rm -rf dist
	$(BIN)/python -m hatchling build

test-wheel: $(READY)-test
	$(BIN)/python -m pytest tests/wheel

# An environment with Colab's versions; make test-colab NOTEBOOKS=notebooks/00_start_here.ipynb runs one lesson.
test-colab:
	@$(COLAB_PYTHON) -c '' 2>/dev/null || { echo "Colab has Python 3.13, and $(COLAB_PYTHON) does not run here;" \
	  "name another: make test-colab COLAB_PYTHON=..." >&2; exit 1; }
	$(MAKE) --no-print-directory VENV=$(COLAB_VENV) CONSTRAINTS=constraints-colab.txt PYTHON=$(COLAB_PYTHON) lessons-in-colab

# Colab's older packages use what Python 3.13 calls deprecated, which is an error in the other environments.
lessons-in-colab: $(READY)-colab
	$(TEST_NOTEBOOKS) -W ignore::DeprecationWarning
	$(BIN)/python -m pytest -n 2 --dist loadfile -W ignore::DeprecationWarning tests/widgets tests/course/test_notebook.py
	$(BIN)/python -m pytest -W ignore::DeprecationWarning tests/browser/test_front_ends.py -k other_front_ends

test-graders: graders
	$(GRADERS_VENV)/bin/python -m pytest -n 2 --dist loadfile tests/graders

# The graders' environment: their versions exclude some of the package's.
graders:
	$(MAKE) --no-print-directory VENV=$(GRADERS_VENV) CONSTRAINTS=constraints-graders.txt \
	  $(GRADERS_VENV)/ready-constraints-graders.txt-graders

# Nothing is executed or downloaded; make site SITE_ARGS=--check-links asks every outside link.
site: $(READY)-site
	$(BIN)/python docs/site/build.py build/site $(SITE_ARGS)

# An empty environment; uv installs three to five times faster than pip, which serves where there is no uv.
$(READY): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; \
	  sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else \
	  f"Python 3.11, 3.12 or 3.13 is needed and $(PYTHON) is {v}; name another: make PYTHON=python3.12")'
	@test ! -e $(VENV) || test -e $(VENV)/pyvenv.cfg || \
	  { echo "$(VENV) is no virtual environment; move it away, or name another folder: make VENV=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) uv || echo "uv cannot be installed; pip does the work, more slowly"
	@touch $@

# The package, editable, with one of its extras.
$(READY)-%: $(READY)
	if test -x $(BIN)/uv; then \
	  $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode -c $(CONSTRAINTS) -e '.[$*]'; \
	else \
	  $(BIN)/python -m pip install -c $(CONSTRAINTS) -e '.[$*]'; \
	fi
	@touch $@

clean:
	for venv in $(VENV) $(GRADERS_VENV) $(COLAB_VENV); do test ! -e $$venv/pyvenv.cfg || rm -rf $$venv; done
	test ! -d build || find build -mindepth 1 -maxdepth 1 ! -name assignments -exec rm -rf {} +
	rm -rf dist .pytest_cache .ruff_cache
	find . -path ./runs -prune -o -name __pycache__ -type d -exec rm -rf {} +
