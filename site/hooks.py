"""Which pages of the repository the site has, and what becomes of their links.

The pages are written for a reader of the repository: their links name files. Here each link is turned into one to the page
of the site that the file has become, in the same language or in the other one. A link to a file that does not exist is a
warning, so that the strict build fails. A file that is no page is linked in the repository that SITE_REPOSITORY names, such
as https://github.com/OWNER/NAME; without it the link's text stays alone.
"""

import logging
import os
import posixpath
import re
from pathlib import Path

import jieba
from mkdocs.structure.files import File

log = logging.getLogger("mkdocs.hooks.pages")
ROOT = Path(__file__).resolve().parent.parent

jieba.setLogLevel(logging.WARNING)
# Its list of words, read once: not into /tmp.
jieba.dt.tmp_dir = str(ROOT / "target")

ENGLISH, CHINESE = "en", "zh-CN"
# Pages outside of docs/, by what they are on the site.
ELSEWHERE = {
    ENGLISH: {
        "README.md": "index.md",
        "docs/README.md": "overview.md",
        "ERRORS.md": "errors.md",
        "ARCHITECTURE.md": "architecture.md",
        "CONTRIBUTING.md": "contributing.md",
        "CHANGELOG.md": "changelog.md",
        "SECURITY.md": "security.md",
        "examples/README.md": "examples.md",
        "tests/bench/RESULTS.md": "results.md",
        "tests/bench/README.md": "how-measured.md",
        "tests/dsql-local/README.md": "dsql-local.md",
        "tests/e2e/KILL-TESTS.md": "kill-tests.md",
    },
    CHINESE: {
        "README.zh-CN.md": "index.md",
        "docs/zh-CN/README.md": "overview.md",
        "docs/zh-CN/SECURITY.md": "security.md",
    },
}
FOLDER = {ENGLISH: "docs", CHINESE: "docs/zh-CN"}
# Both languages are one site.
FOLDER_OF_SITE = {ENGLISH: "", CHINESE: "zh-CN/"}
# Of the site in English, which the Chinese one links to.
FILES = [
    "examples/*.conf",
    "examples/compose/*",
    "tests/bench/plots/*.svg",
    "docs/monitoring/*",
    "tests/golden/types.txt",
    "tests/e2e/src/main/resources/*.conf",
]

# From Maven Central, put there by scripts/site.sh; the theme would load its own from another host.
SCRIPT = "mermaid.min.js"

FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.M | re.S)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
# The page's own words on its other language: the site's head has the switch.
SWITCH = [
    re.compile(r"^(English \| \[中文\]|\[English\]\([^)]*\) \| 中文).*\n", re.M),
    re.compile(r" ?Also in \[Chinese\]\([^)]*\)\."),
    re.compile(r" ?\[English\]\([^)]*\)$", re.M),
]
# A block of commands has a remark for the test that runs it.
REMARK = re.compile(r"^ *<!-- not run: .*? -->\n", re.M)


def pages(language):
    """File of the repository -> page of the site."""
    found = dict(ELSEWHERE[language])
    for file in sorted((ROOT / FOLDER[language]).glob("*.md")):
        found.setdefault(f"{FOLDER[language]}/{file.name}", file.name)
    return found


def files():
    return [p.relative_to(ROOT).as_posix() for pattern in FILES for p in sorted(ROOT.glob(pattern))]


def address(page):
    """The address of a page, as mkdocs makes it."""
    name = page[: -len(".md")]
    return "" if name == "index" else name + "/"


def on_files(collection, config):
    language = config.extra["language"]
    for source, page in pages(language).items():
        collection.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    if language == ENGLISH:
        for file in files():
            collection.append(File.generated(config, "files/" + file, abs_src_path=str(ROOT / file)))
    return collection


def on_page_markdown(markdown, page, config, files):
    language = config.extra["language"]
    source = Path(page.file.abs_src_path).relative_to(ROOT).as_posix()
    markdown = REMARK.sub("", markdown)
    for words in SWITCH:
        markdown = words.sub("", markdown)
    text, end = [], 0
    for fence in FENCE.finditer(markdown):
        text += [turn_links(markdown[end : fence.start()], source, language), fence.group()]
        end = fence.end()
    return "".join(text + [turn_links(markdown[end:], source, language)])


def turn_links(text, source, language):
    def turn(link):
        image, words, target = link.groups()
        if re.match(r"[a-z]+:|#", target):
            return link.group()
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        new = where(path, language)
        if new is None:
            log.warning("%s: no file %s", source, target)
        return words if not new else f"{image}[{words}]({new}{'#' + anchor if anchor else ''})"

    return LINK.sub(turn, text)


def where(path, language):
    """The link to a file of the repository; empty: none, None: no such file. "site:" stands for the root of both languages."""
    if not (ROOT / path).exists():
        return None
    # mkdocs looks after the links within a language.
    own = pages(language)
    if path in own:
        return own[path]
    for other, folder in FOLDER_OF_SITE.items():
        if path in pages(other):
            return "site:" + folder + address(pages(other)[path])
    if path in files():
        return "site:files/" + path
    repository = os.environ.get("SITE_REPOSITORY")
    return f"{repository}/blob/HEAD/{path}" if repository else ""


def relative(target, here):
    link = posixpath.relpath("/" + target, "/" + here)
    return link + "/" if target.endswith("/") or not target else link


def on_page_content(html, page, config, files):
    return re.sub(r'(<pre class="mermaid">.*?</pre>)', r'<div class="picture">\1</div>', html, flags=re.S)


def on_page_context(context, page, config, nav):
    # It is large, and few pages have pictures to draw.
    config.extra_javascript = [SCRIPT] if 'class="mermaid"' in page.content else []
    return context


def on_post_page(output, page, config):
    """What is not in the search. The switch leads to the same page in the other language, where there is one."""
    # A long name may be broken where its words meet. Not earlier: the search would take it for several.
    output = re.sub(r"(?<=<td><code>)\w{16,}(?=</code>)", lambda name: name.group().replace("_", "_<wbr>"), output)
    # By these the theme looks for a sitemap of each language, to do the same.
    output = re.sub(r'\s*<link rel="alternate" [^>]*>', "", output)
    name = page.file.src_uri
    here = FOLDER_OF_SITE[config.extra["language"]] + page.url
    for language, folder in FOLDER_OF_SITE.items():
        same = name if name in pages(language).values() else "index.md"
        output = output.replace(f'"switch:{language}"', f'"{relative(folder + address(same), here)}"')
    return re.sub(r'"site:([^"#]*)', lambda link: '"' + relative(link.group(1), here), output)
