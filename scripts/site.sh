#!/usr/bin/env bash
# Builds the documentation as a web site, in English and Chinese, with search. It fails on a broken link or anchor.
#
# Usage: scripts/site.sh
# The site is in target/site, its Chinese part in target/site/zh-CN; any web server can serve it.
# The first run fetches the tools into the cache: MkDocs with its theme from PyPI, pinned with hashes, and mermaid for the
# diagrams from Maven Central. Links to source files lead to SITE_REPOSITORY, such as https://github.com/OWNER/NAME;
# without it they are plain text.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need python3 mvn jar
cd "$ROOT"

python_env "$ROOT/site/requirements.txt"
"$ROOT/scripts/fetch.sh" mermaid
rm -rf target/site
# jieba's source has escapes for which newer releases of Python print warnings.
export PYTHONWARNINGS=ignore NO_MKDOCS_2_WARNING=1
for language in '' .zh-CN; do
    quietly "target/logs/site$language.log" "$PYTHON_ENV/bin/mkdocs" build --config-file "site/mkdocs$language.yml"
done
for folder in target/site target/site/zh-CN; do
    cp "$CACHE/mermaid-$MERMAID_VERSION/mermaid.min.js" "$folder"
done
say "target/site: $(find target/site -name '*.html' | wc -l) pages"
