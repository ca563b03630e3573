"""The pictures of an evidence, drawn by Matplotlib as SVG and PNG; the same evidence gives the same bytes."""

from verify.report.pictures.curves import learning_curves
from verify.report.pictures.digits import ten_digits
from verify.report.pictures.drawing import Picture
from verify.report.pictures.files import write_figures
from verify.report.pictures.kill_matrix import kill_matrix
from verify.report.pictures.step_sizes import step_sizes

__all__ = ["Picture", "kill_matrix", "learning_curves", "step_sizes", "ten_digits", "write_figures"]
