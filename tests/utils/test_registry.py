"""Registries hold records by name and refuse what is none."""

from dataclasses import dataclass

import pytest

from skinterp.utils import Registry


@dataclass(frozen=True)
class Record:
    name: str
    position: int = 0


@pytest.fixture
def registry():
    registry = Registry("record", Record)
    registry.register(Record("late", position=2))
    registry.register(Record("early", position=1))
    return registry


def test_records_are_listed_by_position_then_in_order_of_registration(registry):
    registry.register(Record("also late", position=2))
    assert list(registry) == ["early", "late", "also late"]


def test_a_registered_record_is_found_by_its_name(registry):
    assert registry.find("late", "records") is registry["late"]
    assert "late" in registry and len(registry) == 2


def test_an_unknown_name_is_refused_with_the_names_there_are(registry):
    with pytest.raises(ValueError, match=r"records must be one of \['early', 'late'\]\. Got 'x'"):
        registry.find("x", "records")


def test_a_name_that_is_taken_is_refused_unless_it_is_replaced(registry):
    with pytest.raises(ValueError, match="One record is named 'late' already"):
        registry.register(Record("late"))
    record = registry.register(Record("late", position=5), replace=True)
    assert registry["late"] is record


@pytest.mark.parametrize("name", ["", "  ", None])
def test_an_empty_name_is_refused(registry, name):
    with pytest.raises(ValueError, match="must be a non-empty text"):
        registry.register(Record(name))


def test_anything_but_a_record_is_refused(registry):
    with pytest.raises(TypeError, match=r"must be registered as Record\. Got 'late'"):
        registry.register("late")


def test_an_unregistered_record_is_gone(registry):
    registry.unregister("late")
    assert list(registry) == ["early"]


def test_modules_of_a_package_register_their_records_when_first_asked(tmp_path, monkeypatch):
    package = tmp_path / "stranger_records"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from skinterp.utils import Registry\nREGISTRY = Registry('word', str, [__name__])\n"
    )
    (package / "_one.py").write_text(
        "import stranger_records\n"
        "class Word(str):\n    name = 'one'\n"
        "stranger_records.REGISTRY.register(Word())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import stranger_records

    assert list(stranger_records.REGISTRY) == ["one"]
