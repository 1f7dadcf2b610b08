#!/usr/bin/env bash
# Builds the documentation as a web site, in English and Chinese, with search. A link or an anchor that leads nowhere fails it.
#
# Usage: scripts/site.sh
# The site is in target/site, its Chinese part in target/site/zh-CN; any web server can serve it.
# The tools are in the cache after the first run: MkDocs with its theme from PyPI, pinned with hashes, and mermaid, which
# draws the pictures, from Maven Central. SITE_REPOSITORY, such as https://github.com/OWNER/NAME, is where links to source
# files lead; without it they are plain text.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need python3 mvn jar
cd "$ROOT"

python_env "$ROOT/site/requirements.txt"
"$ROOT/scripts/fetch.sh" mermaid
rm -rf target/site
# jieba's words have escapes that newer releases of Python warn of.
export PYTHONWARNINGS=ignore NO_MKDOCS_2_WARNING=1
for language in '' .zh-CN; do
    quietly "target/logs/site$language.log" "$PYTHON_ENV/bin/mkdocs" build --config-file "site/mkdocs$language.yml"
done
for folder in target/site target/site/zh-CN; do
    cp "$CACHE/mermaid-$MERMAID_VERSION/mermaid.min.js" "$folder"
done
say "target/site: $(find target/site -name '*.html' | wc -l) pages"
