"""Formulas with no more parentheses than each form's own table of precedence asks for.

A formula is a leaf (text that both forms read alike), `("-", operand)`, or `(symbol, left, right)`.
"""

TEXT = [["|"], ["&"], ["<", "<=", ">", "==", "!="], ["+", "-"], ["*", "/", "%"], ["minus"], ["**"]]
PYTHON = [TEXT[2], ["|"], ["&"], *TEXT[3:]]
COMPARISONS = TEXT[2]


def of_text(formula):
    return _Writer(TEXT).written(formula)


def of_class(formula):
    return _Writer(PYTHON).written(formula)


class _Writer:
    def __init__(self, levels):
        self.levels = {symbol: n for n, symbols in enumerate(levels) for symbol in symbols}

    def written(self, formula, least=-1):
        """The formula; in parentheses where it binds less tightly than `least`."""
        level, text = self.parts(formula)
        return f"({text})" if level < least else text

    def parts(self, formula):
        if isinstance(formula, str):
            # A minus before a literal is below `**`, and above everything else.
            return (self.levels["minus"] if formula[0] == "-" else len(self.levels)), formula
        if len(formula) == 2:
            level = self.levels["minus"]
            operand = self.written(formula[1], level)
            blank = " " if operand[0].isdigit() else ""  # else the minus is the literal's own
            return level, f"-{blank}{operand}"
        symbol, left, right = formula
        level = self.levels[symbol]
        stricter = level + 1
        if symbol == "**":  # to the right, where a minus may begin
            return level, f"{self.written(left, stricter)} ** {self.written(right, level - 1)}"
        first = stricter if symbol in COMPARISONS else level
        return level, f"{self.written(left, first)} {symbol} {self.written(right, stricter)}"


def spelled(formula, names):
    """Its postfix form as `kumi.syntax.outline` has it, made without a parser."""
    if isinstance(formula, str):
        if formula.lstrip("-")[0].isdigit():
            return f"{'float' if '.' in formula else 'int'}:{formula}"
        return f"input.{formula.removeprefix('input.')}"
    if len(formula) == 2:
        return f"int:0 {spelled(formula[1], names)} subtract/2"
    symbol, left, right = formula
    return f"{spelled(left, names)} {spelled(right, names)} {names(symbol)}/2"
