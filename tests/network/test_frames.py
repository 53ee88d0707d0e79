"""Tables of every make: nullable and categorical columns, other libraries, dates, masked cells."""

import datetime

import numpy as np
import pandas as pd
import pytest
from network_pool import fitted
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    compare_surrogates,
)
from skinterp.network import dates_as_days, default_network

RNG = np.random.default_rng(0)
N = 90
X = pd.DataFrame(
    {
        "dose": RNG.lognormal(size=N),
        "age": RNG.integers(20, 60, N).astype(float),
        "site": RNG.choice(["1", "2", "3"], N),
        "ok": RNG.choice([True, False], N),
    }
)
X.loc[::6, "dose"] = np.nan
Y = (X["age"] > 40).to_numpy()
DAYS = pd.date_range("2019-12-20", periods=N, freq="36h")


class OtherFrame:
    """A data frame of another library, which knows its columns by name."""

    def __init__(self, frame):
        self.frame, self.columns = frame, list(frame.columns)
        self.shape, self.dtypes = frame.shape, [object] * frame.shape[1]

    def __len__(self):
        return len(self.frame)

    def __dataframe__(self, *args, **kwargs):
        return self.frame.__dataframe__(*args, **kwargs)

    def get_column(self, name):
        return self.frame[name]


def mlp():
    return MLPClassifier((4,), solver="lbfgs", max_iter=60, random_state=0)


def front(**more):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore")
    return [("n", numbers, ["dose", "age"]), ("c", texts, ["site", "ok"])]


@pytest.fixture(scope="module")
def model():
    return fitted(make_pipeline(ColumnTransformer(front()), mlp()), X, Y)


CHANGES = {
    "categorical": lambda X: X.assign(site=X["site"].astype("category")),
    "string": lambda X: X.assign(site=X["site"].astype("string")),
    "boolean": lambda X: X.assign(ok=X["ok"].astype("boolean")),
    "yes/no as numbers": lambda X: X.assign(ok=X["ok"].astype(int)),
    "Int64": lambda X: X.assign(age=X["age"].astype("Int64")),
    "Float64": lambda X: X.assign(dose=X["dose"].astype("Float64")),
    "Int64 with gaps": lambda X: X.assign(age=X["age"].astype("Int64").where(X["age"] > 30)),
    "object": lambda X: X.astype(object),
    "float32": lambda X: X.assign(age=X["age"].astype("float32")),
    "all missing": lambda X: X.assign(dose=None),
    "levels missing": lambda X: X.assign(site=None),
    "other levels": lambda X: X.assign(site="elsewhere"),
    "another index": lambda X: X.set_axis(range(5, N + 5), axis=0)[::-1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_columns_of_every_type_are_read_as_the_model_reads_them(model, change):
    rows = CHANGES[change](X)
    found, expected = as_network(model).predict_proba(rows), model.predict_proba(rows)
    assert np.abs(found - expected).max() < 1e-6 if change == "float32" else 1e-12


def test_frames_of_other_libraries_are_taken(model):
    network, rows = as_network(model), OtherFrame(X)
    np.testing.assert_array_equal(network.predict_proba(rows), network.predict_proba(X))
    with pytest.raises(ValueError, match="in another order"):
        network.predict(OtherFrame(X[["age", "dose", "site", "ok"]]))


def test_levels_that_look_like_numbers_are_not_taken_for_numbers(model):
    network = as_network(model)
    assert "[site = 1]" in network.feature_names
    unknown = network.predict_proba(X.assign(site="no level"))
    np.testing.assert_array_equal(network.predict_proba(X.assign(site=1)), unknown)


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
def test_one_level_and_columns_without_values():
    table = X.assign(site="1", dose=np.nan)
    read = as_network(fitted(make_pipeline(ColumnTransformer(front()), mlp()), table, Y))
    assert "dose" not in read.feature_names and "[site = 1]" in read.feature_names
    assert read.predict(table).shape == (N,)
    assert LinearSurrogateClassifier(read).fit(table).predict(table).shape == (N,)


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        (DAYS, r"'age' must hold numbers. Got dates instead: .*dates_as_days\(X\[\['age'\]\]\)"),
        ([datetime.date(2020, 1, 1)] * N, "'age' must hold numbers. Got dates instead"),
        (DAYS - DAYS[0], "'age' must hold numbers. Got durations .*total_seconds"),
        (["old"] * N, "'age' must hold numbers"),
    ],
)
def test_dates_durations_and_texts_are_no_numbers(model, cells, match):
    numbers = X[["dose", "age"]].fillna(1.0)
    plain = fitted(make_pipeline(StandardScaler(), mlp()), numbers, Y)
    rows = X.assign(age=cells)
    with pytest.raises(ValueError, match=match):
        as_network(model).predict(rows)
    is_object = isinstance(cells, list)
    with pytest.raises(ValueError, match="hold numbers only.*'age'" if is_object else match):
        as_network(plain).predict(numbers.assign(age=cells))
    surrogate = LinearSurrogateClassifier(plain).fit(numbers)
    if isinstance(cells, pd.DatetimeIndex | pd.TimedeltaIndex):
        with pytest.raises(ValueError, match=match.replace("'age'", "'dose'").split(":")[0]):
            surrogate.predict(pd.DataFrame({"dose": cells, "age": cells}))


def test_dates_are_days_behind_the_step_for_them():
    table = X.assign(seen=DAYS.to_series().where(np.arange(N) % 5 > 0).to_numpy())
    days = make_pipeline(FunctionTransformer(dates_as_days), SimpleImputer(), StandardScaler())
    columns = ColumnTransformer([*front(), ("d", days, ["seen"])])
    model = fitted(make_pipeline(columns, mlp()), table, DAYS > "2020-02-01")
    network = as_network(model)
    assert "seen in days since 1970" in network.feature_names
    for rows in (table, table.assign(seen=table["seen"].astype(object))):
        assert np.abs(network.predict_proba(rows) - model.predict_proba(rows)).max() < 1e-12
    feature = network.feature_names.index("seen in days since 1970")
    assert network.check(table.assign(seen="2020-01-01T12:00"))[0, feature] == 18262.5
    with pytest.raises(ValueError, match="'seen' must hold dates"):
        network.check(table.assign(seen="soon"))


def test_the_default_network_reads_dates_as_days_and_refuses_durations():
    table = X.assign(seen=DAYS)
    model = default_network("binary", 0, table).fit(table, Y)
    assert (
        np.abs(as_network(model).predict_proba(table) - model.predict_proba(table)).max() < 1e-12
    )
    surrogate = LinearSurrogateClassifier(random_state=0).fit(table, Y)
    assert "seen in days since 1970" in surrogate.export_text()
    with pytest.raises(ValueError, match="'seen' must hold numbers"):
        default_network("binary", 0, table.assign(seen=DAYS - DAYS[0]))


def test_masked_cells_are_missing_or_refused(model):
    cells = np.ma.masked_invalid(X[["dose", "age"]].to_numpy())
    plain = fitted(make_pipeline(StandardScaler(), mlp()), cells.filled(1.0), Y)
    with pytest.raises(ValueError, match=r"no masked cells.*numpy.ma.filled\(X, numpy.nan\)"):
        as_network(plain).predict(cells)
    with pytest.raises(ValueError, match="no masked cells"):
        TreeSurrogateClassifier(plain, random_state=0).fit(cells.filled(1.0)).predict(cells)
    imputing = fitted(
        make_pipeline(SimpleImputer(), StandardScaler(), mlp()), cells.filled(np.nan), Y
    )
    expected = imputing.predict_proba(cells.filled(np.nan))
    assert np.abs(as_network(imputing).predict_proba(cells) - expected).max() < 1e-12


ODD_COLUMNS = {
    "nullable texts": pd.array(["a", "b", None] * 20, dtype="string"),
    "no texts": pd.array([None] * 60, dtype="string"),
    "only None": pd.Series([None] * 60, dtype=object),
    "no numbers": [np.nan] * 60,
    "no nullable numbers": pd.array([None] * 60, dtype="Float64"),
    "no dates": pd.to_datetime([None] * 60),
    "yes/no": pd.array([True, False, None] * 20, dtype="boolean"),
    "truth and None": pd.Series([True, False, None] * 20, dtype=object),
    "categories": pd.Categorical(["a", None] * 30),
    "one level": ["x"] * 60,
}


@pytest.mark.parametrize("column", ODD_COLUMNS)
def test_the_default_network_takes_columns_as_they_come(column):
    size = np.linspace(-1.0, 1.0, 60)
    table, y = pd.DataFrame({"size": size, "odd": ODD_COLUMNS[column]}), size > 0
    model = default_network("binary", 0, table).fit(table, y)
    network = as_network(model)
    np.testing.assert_allclose(network.predict_proba(table), model.predict_proba(table))
    found = compare_surrogates(default_network("binary", 0, table), table, y, ["linear"], cv=2)
    assert found.mean("linear", "fidelity") > 0.8
    alone = default_network("binary", 0, table[["odd"]]).fit(table[["odd"]], y)
    assert as_network(alone).predict(table[["odd"]]).shape == (60,)


def test_a_column_of_texts_and_numbers_is_refused_with_a_way_out_that_works():
    X = pd.DataFrame({"code": pd.Series(["a", 1, 2.5, None] * 15, dtype=object)})
    with pytest.raises(
        ValueError, match=r"column 'code' must hold texts, or numbers. Got .*texts"
    ):
        default_network("binary", 0, X)
    X["code"] = X["code"].astype("string")
    y = np.arange(60) % 2
    assert default_network("binary", 0, X).fit(X, y).predict(X).shape == (60,)


@pytest.mark.parametrize(
    "change, wording",
    [
        (lambda X: X.assign(dose="x"), "'dose' must hold numbers. Got 'x' instead"),
        (lambda X: X.assign(dose=1j), "'dose' must hold numbers. Got 1j instead"),
        (lambda X: X["dose"], "must be a table of two dimensions. Got a Series of 1 instead"),
        (lambda X: pd.concat([X, X[["age"]]], axis=1), "duplicate column names: 'age'"),
    ],
)
def test_tables_that_are_none_are_refused_everywhere(change, wording):
    columns = ColumnTransformer(
        [("n", SimpleImputer(), ["dose"]), ("c", OneHotEncoder(), ["site"])]
    )
    mlp = MLPClassifier((3,), solver="lbfgs", alpha=1.0, random_state=0)
    table = X[["dose", "age", "site"]]
    model = make_pipeline(columns, mlp).fit(table, Y)
    linear = LinearSurrogateClassifier(model).fit(table)
    for ask in (as_network(model).predict, LinearSurrogateClassifier(model).fit):
        with pytest.raises(ValueError, match=wording):
            ask(change(table))
    if "Series" not in wording:
        with pytest.raises(ValueError, match=wording):
            linear.predict(change(table))
