"""Turn an exception within a step into one error that names the step and the user's line."""

from __future__ import annotations

import traceback

from pyspark.errors import PySparkException, QueryContextType
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.errors import StepError
from lakesmith.types import Transform

_MESSAGE_LENGTH = 500


def guarded(name: str, transform: Transform, user_file: str) -> Transform:
    """Return a transform that raises its failures as errors of the step.

    Parameters
    ----------
    name : str
        The step, for the message.
    transform : callable
        DataFrame -> DataFrame
    user_file : str
        The file whose line is shown; empty for a step of the library.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS301 for an exception, LS304 when no DataFrame is returned; both when it is applied.

    Notes
    -----
    *Columns*: as `transform` has them.

    Examples
    --------
    >>> guarded("mine", lambda df: 5, "")(None)
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS304 step 'mine' returned int, not a DataFrame
      where: step mine
      next:  end the function with `return df`
    """

    def apply(df: DataFrame) -> DataFrame:
        try:
            result = transform(df)
            if isinstance(result, DataFrame):
                # Over Spark Connect a plan is analysed no sooner, and a filter takes the schema of
                # the frame that it filters.
                _ = result.select(F.lit(1)).schema
        except StepError:
            raise
        except Exception as error:
            raise _step_failed(name, error, user_file) from error

        if not isinstance(result, DataFrame):
            raise _no_frame(name, result)

        return result

    return apply


def _step_failed(name: str, error: Exception, user_file: str) -> StepError:
    message = str(error).partition("\n")[0][:_MESSAGE_LENGTH]
    return StepError(
        f"step '{name}' failed: {type(error).__name__}: {message}",
        code="LS301",
        where=_place(error, user_file) or f"step {name}",
        hint="correct the step and run again; nothing of this batch was written",
    )


def _place(error: Exception, user_file: str) -> str:
    """Return the last place in the user's file, from the stack or from Spark's call sites."""
    stack = traceback.extract_tb(error.__traceback__)
    places = [f"{at.filename}:{at.lineno}" for at in stack if at.filename == user_file]
    if places or not user_file or not isinstance(error, PySparkException):
        return "".join(places[-1:])

    sites = [
        at.callSite()
        for at in error.getQueryContext()
        if at.contextType() == QueryContextType.DataFrame
    ]

    return next((site for site in sites if site.startswith(f"{user_file}:")), "")


def _no_frame(name: str, result: object) -> StepError:
    return StepError(
        f"step '{name}' returned {type(result).__name__}, not a DataFrame",
        code="LS304",
        where=f"step {name}",
        hint="end the function with `return df`",
    )
