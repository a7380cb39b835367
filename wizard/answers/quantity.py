"""Amounts as Kubernetes writes them: "500m", "1.5", "512Mi", "2e3"."""

from decimal import Decimal, InvalidOperation

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
}


def quantity(text: str | float) -> Decimal:
    """The number that a quantity stands for, such as cores or bytes. Raises ValueError."""
    written = str(text)
    unit = next((unit for unit in (written[-2:], written[-1:]) if unit in _FACTORS), "")
    try:
        return Decimal(written.removesuffix(unit)) * _FACTORS.get(unit, Decimal(1))
    except InvalidOperation as error:
        raise ValueError(f"not a quantity: {written}") from error


def people(resource: str, amount: Decimal) -> str:
    """An amount of a resource as people read it: `1.5` (cores, pods), `2.0 GiB`."""
    if resource.rpartition(".")[2] not in {"memory", "storage", "ephemeral-storage"}:
        return f"{amount.normalize():f}"
    gibi = amount / 1024**3
    return f"{gibi:.1f} GiB" if gibi >= 1 else f"{gibi * 1024:.0f} MiB"
