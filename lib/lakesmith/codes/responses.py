"""Explain the codes of steps that treat bad values, LS181 to LS184 and LS331 to LS338."""

from __future__ import annotations

RESPONSE_CODES: dict[str, tuple[str, str, str]] = {
    "LS181": (
        "wrong options of a step that treats values",
        "The options of impute, cap, forward_fill or fill_gaps do not go together, or name no"
        " table of the project.",
        "Correct the options as the hint says.",
    ),
    "LS182": (
        "treatment of another type",
        "The column has a type by its contract that has no such statistic, limit or value. Text"
        " has a mode and no median, and a date has no mean.",
        "Take another method, or write the value in the type of the column.",
    ),
    "LS183": (
        "treated values that are not counted",
        "A step treats values of rows that a later step groups. How many rows it treated would"
        " be lost.",
        "Treat the values in the table that this one reads.",
    ),
    "LS184": (
        "fill within one batch",
        "forward_fill and fill_gaps look at the rows before and after a row. With this strategy a"
        " batch has only new rows, so the result would depend on how the input was cut.",
        "Set write.strategy: replace_all. With replace_partitions name the columns of"
        " partition_by in 'by'.",
    ),
    "LS331": (
        "no frozen statistics",
        "A step takes a mean, median, mode or quantile of a table, and none was frozen. Statistics"
        " of the batch would depend on how the input was cut. No intent was written.",
        "Run `lakesmith quality freeze TABLE` for the table that the message names. A table that"
        " was never published has no statistics: build it without the step first, or give a"
        " constant.",
    ),
    "LS332": (
        "statistic that was not frozen",
        "The newest frozen statistics of the table lack one that a step takes. The column or the"
        " quantile was not measured, or the column had no values.",
        "Run `lakesmith quality freeze TABLE` again. Give a constant for a column that has no"
        " values.",
    ),
    "LS333": (
        "value that the column does not hold",
        "A step would set a column to a value of another type, or treats a list, a map or a"
        " struct. Or the type of a column changed after its statistics were frozen.",
        "Give a value of the column's type, or freeze the statistics again.",
    ),
    "LS334": (
        "limits in the wrong order",
        "The lower limit of a cap is above the upper one.",
        "Give other limits, or freeze the statistics again.",
    ),
    "LS335": (
        "too many points",
        "Between two rows of a group fill_gaps would add more than a million rows. One of the two"
        " may have a wrong date.",
        "Filter such rows before the step, or take a greater distance.",
    ),
    "LS336": (
        "column that cannot be frozen",
        "The table has no such column, or its type has no statistics or groups.",
        "Name columns of numbers, text, booleans, dates or timestamps.",
    ),
    "LS337": (
        "nothing to freeze",
        "The published version of the table has no rows. Its statistics would replace better"
        " ones.",
        "Run the table until it has rows, or give constants.",
    ),
    "LS338": (
        "too many groups to freeze",
        "The statistics of at most 10 000 groups of a table are frozen, since each batch gets all"
        " of them.",
        "Group by fewer columns, or take the statistic of all rows.",
    ),
}
