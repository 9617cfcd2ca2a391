"""Settings of nbgrader for the sheets of stylegan_tf; the folder of this file is the course."""

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions


class ThreeDots(ClearSolutions):
    """Blanks as in the student notebooks: three dots, and a value keeps its name."""

    def preprocess_cell(self, cell, resources, cell_index):
        from stylegan_tf.course import student  # takes seconds, which autograding does without

        cell.source, _ = student.blank(cell.source)
        return cell, resources


steps = GenerateAssignment.preprocessors.default()

c = get_config()  # noqa: F821, which nbgrader defines
c.CourseDirectory.course_id = "stylegan_tf"
c.GenerateAssignment.preprocessors = [ThreeDots if step is ClearSolutions else step for step in steps]
c.Execute.timeout = 120  # seconds a cell; the first one imports TensorFlow
