"""Amounts as Kubernetes writes them: "500m", "1.5", "512Mi", "2e3"."""

from decimal import Decimal, InvalidOperation

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
}
_MEBI = 1024**2


def quantity(text: str | float) -> Decimal:
    """The number that a quantity stands for, such as cores or bytes. Raises ValueError."""
    written = str(text)
    unit = next((unit for unit in (written[-2:], written[-1:]) if unit in _FACTORS), "")
    try:
        return Decimal(written.removesuffix(unit)) * _FACTORS.get(unit, Decimal(1))
    except InvalidOperation as error:
        raise ValueError(f"not a quantity: {written}") from error


def people(resource: str, amount: Decimal) -> str:
    """An amount of a resource in words: `1.5 cores`, `2.0 GiB`, `3 pods`."""
    kind = resource.rpartition(".")[2]
    if kind == "cpu":
        return f"{amount.normalize():f} cores"
    if kind in {"memory", "storage", "ephemeral-storage"}:
        return (
            f"{amount / _MEBI / 1024:.1f} GiB"
            if amount >= 1024 * _MEBI
            else (f"{amount / _MEBI:.0f} MiB")
        )
    return f"{amount.normalize():f} {kind}"
