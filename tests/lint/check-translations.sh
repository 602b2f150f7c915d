#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check-translations.sh: are the translations sound, and are all texts for people looked
# up in our own catalogue? TAP. What a translation lacks is a remark, no failure: the
# English text stands there until somebody translates it.
set -euo pipefail
export LC_ALL=C.UTF-8
unset LANGUAGE
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mapfile -t languages < <(grep -v '^#' po/LINGUAS)
mapfile -t files < <(grep -v '^#' po/POTFILES.in)
number=0 status=0
report() { # report NAME STATUS DETAILS
  number=$((number + 1))
  if [ "$2" = 0 ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    status=1
  fi
  [ -z "$3" ] || echo "$3" | head -20 | sed 's/^/# /'
}

echo "1..$((${#languages[@]} + 2))"
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dngettext:2,3 \
  --add-comments --output="$scratch/all.pot" "${files[@]}" 2>"$scratch/said" && failed=0 || failed=1
# A macro inside a text: what comes behind it is lost to translators.
grep -nE '^(msgid|msgid_plural) ".*%"$' "$scratch/all.pot" >>"$scratch/said" && failed=1 || true
report "the texts can be gathered" $failed "$(cat "$scratch/said")"

for language in "${languages[@]}"; do
  said=$(msgfmt --check --output-file=/dev/null "po/$language.po" 2>&1) && failed=0 || failed=1
  msgmerge --quiet --no-fuzzy-matching --output-file="$scratch/$language.po" "po/$language.po" "$scratch/all.pot" 2>/dev/null
  said+=${said:+$'\n'}$(msgattrib --untranslated --no-wrap "$scratch/$language.po" | sed -n 's/^msgid "\(..*\)"$/not translated: \1/p')
  report "po/$language.po is sound" $failed "$said"
done

# In a daemon of EDS, gettext() and ngettext() look into EDS's catalogue.
said=$(grep -nE '(^|[^A-Za-z0-9_])(n?gettext) ?\(' -r src --include='*.c' --include='*.h' || true)
report "every plural is looked up in our own catalogue" "$([ -z "$said" ] && echo 0 || echo 1)" "$said"
exit $status
