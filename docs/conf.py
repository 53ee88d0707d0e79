"""Configuration of the documentation site; how to build it says CONTRIBUTING.md.

The pages stay plain Markdown, without directives, so that they read well wherever Markdown is
shown. What the site needs beside them is made here: the pages of all public names from the
packages' ``__all__``, and the tables of contents from the links of the pages.
"""

import importlib
import inspect
import os
import pkgutil
import re
import warnings
from pathlib import Path

import skinterp

os.environ.setdefault("MPLBACKEND", "Agg")
HERE = Path(__file__).parent
REFERENCE = "reference"  # folder of the pages of public names
REPOSITORY_PAGES = {  # pages of the site that lie elsewhere in the repository
    "changes": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "measured": "benchmarks/RESULTS.md",
}
LINKS = {  # where links of pages lead on the site, as patterns
    r"\.\./examples/(\w+)/(\w+)\.py": r"auto_examples/\1/\2.rst",
    r"\.\./examples/": "auto_examples/index.rst",
    r"\.\./README\.md": "index.md",
    r"api\.md": f"{REFERENCE}/index.rst",
    **{
        rf"\.\./{re.escape(file)}": f"{REFERENCE}/{name}.markdown"
        for name, file in REPOSITORY_PAGES.items()
    },
}
MENUS = {  # the pages with a table of contents, and what stands in it: None for all they link to
    "index": ("tutorials/ten_minutes", "guide", "auto_examples/index", f"{REFERENCE}/index"),
    "guide": None,
}

project, author, copyright = "skinterp", "The skinterp developers", "The skinterp developers"
release = version = skinterp.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".rst": "restructuredtext", ".md": "markdown", ".markdown": "markdown"}
exclude_patterns = ["_build", "api.md", "**/GALLERY_HEADER.rst", "**/sg_execution_times.rst"]
templates_path = ["_templates"]
myst_heading_anchors = 4
suppress_warnings = ["config.cache"]  # functions in the gallery's configuration
autosummary_generate = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
autodoc_member_order = "groupwise"
numpydoc_show_class_members = False
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = "skinterp"
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"index": [], "tutorials/ten_minutes": [], f"{REFERENCE}/names/*": []}
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "navbar_align": "left",
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["auto_examples"],
    "subsection_order": [
        f"../examples/{name}"
        for name in ("equations", "forms", "exact", "inputs", "tables", "hidden", "*")
    ],
    "filename_pattern": r"plot_",
    "ignore_pattern": r"make_",
    "capture_repr": (),
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "abort_on_example_error": False,
    "write_computation_times": False,  # a page that loads scripts from outside
    "plot_gallery": "True",
}


def package_names():
    """Return the names of all packages with public names, the whole one first."""
    inside = [
        m.name for m in pkgutil.iter_modules(skinterp.__path__) if not m.name.startswith("_")
    ]
    return ["skinterp", *(f"skinterp.{name}" for name in inside)]


def public_names(package):
    """Return what a user may import from a package, without its version."""
    names = importlib.import_module(package).__all__
    return sorted((n for n in names if not n.startswith("__")), key=lambda n: (n.lower(), n))


def headed(title, *parts):
    """Return a page of reStructuredText."""
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *parts]) + "\n"


def home(name, package):
    """Return the package on whose pages a name stands, of those that hand it on: the first."""
    value = getattr(importlib.import_module(package), name)
    for other in package_names():
        module = importlib.import_module(other)
        if name in module.__all__ and getattr(module, name) is value:
            return other
    raise AssertionError(f"{package}.{name}")


def summary(package):
    """Return what a package says first of itself, on one line."""
    first = inspect.getdoc(importlib.import_module(package)).partition("\n\n")[0]
    return " ".join(first.split())


def package_page(package):
    """Return the page of a package: what it is for, and its public names, a page each."""
    names = "".join(f"   ~{home(name, package)}.{name}\n" for name in public_names(package))
    table = f".. autosummary::\n   :toctree: names\n   :nosignatures:\n\n{names}"
    return headed(package, summary(package), table)


def reference_pages():
    """Return the text of each page of the reference that is made here, by its file name."""
    lead = (
        "What a user may rely on: the names in each package's ``__all__``, a page each. "
        "Modules that begin with an underscore are private."
    )
    listed = "\n".join(f"- :doc:`{name}`: {summary(name)}" for name in package_names())
    packages = "".join(f"   {name}\n" for name in package_names())
    contents = f".. toctree::\n   :hidden:\n\n{packages}"
    return {"index.rst": headed("Public names", lead, listed, contents)} | {
        f"{name}.rst": package_page(name) for name in package_names()
    }


def repository_pages():
    """Return pages from elsewhere in the repository by their file names, with links from there."""
    return {
        f"{name}.markdown": "---\norphan: true\n---\n\n"
        + (HERE.parent / file)
        .read_text("utf-8")
        .replace("](docs/", "](../")
        .replace("](CONTRIBUTING.md", "](contributing.markdown")
        for name, file in REPOSITORY_PAGES.items()
    }


def linked_pages(text):
    """Return the pages of this folder that a page links to, in their order."""
    links = re.findall(r"\]\((\w[\w./]*)\.md(?:#[^)]*)?\)", text)
    return list(dict.fromkeys(links))


def with_links(text, depth=0):
    """Return a page of a folder this deep with links that lead to pages of the site."""
    up = "../" * depth
    for written, place in LINKS.items():
        text = re.sub(rf"\]\({re.escape(up)}{written}", rf"]({up}{place}", text)
    return text


def with_menu(name, text):
    """Return a page with a hidden table of contents, if it has one."""
    if name not in MENUS:
        return text
    placed = {"api", *MENUS, *(page for menu in MENUS.values() for page in menu or ())}
    pages = MENUS[name] or [page for page in linked_pages(text) if page not in placed]
    listed = "\n".join(pages)
    return f"{text}\n```{{toctree}}\n:hidden:\n:maxdepth: 2\n\n{listed}\n```\n"


def write_reference(app, config):
    """Write the pages that are made here, only where they changed."""
    folder = HERE / REFERENCE
    folder.mkdir(exist_ok=True)
    for name, text in (reference_pages() | repository_pages()).items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def read_source(app, name, content):
    """Change a page on its way into the site."""
    if (HERE / f"{name}.md").exists():
        content[0] = with_links(with_menu(name, content[0]), name.count("/"))


def skip_foreign(app, what, name, member, skip, options):
    """Leave out what scikit-learn's base classes say of themselves."""
    function = getattr(member, "fget", member)
    module = getattr(function, "__module__", None) or ""
    return skip or (what == "class" and bool(module) and not module.startswith("skinterp"))


def escape_shapes(app, what, name, member, options, lines):
    """Keep names such as n_features_in_ in shapes from being read as links."""
    for k, line in enumerate(lines):
        if "shape (" in line:
            lines[k] = re.sub(r"(?<=[(, ])(\w+)_(?=[,)])", r"\1\\_", line)


def describe_data(app, what, name, member, options, lines):
    """Say of a constant or a registry what the list of public names does, not what its type is."""
    row = rf"^\| `{name.rpartition('.')[2]}` \| (.*) \|$"
    said = re.search(row, (HERE / "api.md").read_text("utf-8"), re.MULTILINE)
    if what == "data" and said:
        lines[:] = [said[1]]


def setup(app):
    """Connect what is done here."""
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
    app.connect("config-inited", write_reference)
    app.connect("source-read", read_source)
    app.connect("autodoc-skip-member", skip_foreign)
    app.connect("autodoc-process-docstring", escape_shapes, priority=900)
    app.connect("autodoc-process-docstring", describe_data, priority=901)
