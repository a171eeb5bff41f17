#!/bin/sh
# curednation upgrade [VERSION]: lay a version beside the one that runs, and go over to it without a
# stop. curednation upgrade --back: return to the one before. See docs/upgrade.md.
set -eu
umask 022

HERE=/opt/curednation              # a link to the release that runs
RELEASES=/opt/curednation-releases # all that are kept, and a link to the one before
UNITS=/etc/systemd/system
PREVIEW=8010 # a port that nobody else uses: the new release has to answer there first

say() { printf '== %s\n' "$*"; }
stop() {
    printf '%s\nThe site runs on as it was.\n' "$*" >&2
    exit 1
}
manage() (RELEASE=$1 && shift && CUREDNATION=$RELEASE exec "$RELEASE/deploy/curednation" "$@")

lay() { # a clone with packages of its own; then the new version's own script goes on
    say "Laying ${1:-the newest version} beside the one that runs"
    mkdir -p "$RELEASES"
    half=$(mktemp -d "$RELEASES/half-XXXXXX")
    trap 'rm -rf "$half"' EXIT
    git clone --quiet "$(git -C "$HERE" remote get-url origin)" "$half" || stop "It could not be fetched."
    [ -z "${1-}" ] || git -C "$half" checkout --quiet --detach "$1" || stop "There is no version $1."
    new=$RELEASES/$(git -C "$half" rev-parse --short=12 HEAD)
    [ "$new" != "$(readlink -f "$HERE")" ] || stop "That is the version that runs."
    if [ ! -e "$new/.venv/whole" ]; then # what a broken try has left is laid anew
        rm -rf "$new"
        chmod 755 "$half"
        mv "$half" "$new" # packages name the folder they are in
        python3 -m venv "$new/.venv"
        "$new/.venv/bin/pip" install --quiet --require-hashes --requirement "$new/requirements.txt" ||
            stop "Its packages could not be installed."
        touch "$new/.venv/whole"
    fi
    rm -rf "$half"
    trap - EXIT
}

prepare() { # all that can be done while the old release serves
    if [ "$BACKUP" = yes ]; then
        say "Backup"
        systemctl start curednation-backup.service ||
            stop "There is no backup (journalctl -u curednation-backup says why; or --no-backup)."
    fi
    say "Settings, tables, rights, files"
    manage "$new" check --deploy --fail-level ERROR || stop "It does not like the settings."
    manage "$new" migrate || stop "The tables could not be changed."
    manage "$new" database_roles || stop "The roles of the database could not be set."
    manage "$new" roles || stop "The roles of staff could not be set."
    manage "$new" load_text_pages || stop "The pages of text could not be loaded."
    # Pages that are open, or kept, ask the new release for files of the old one; and while one
    # process is new and another old, it is the other way round as well.
    manage "$new" collectstatic --noinput --verbosity 0 || stop "Its files could not be collected."
    add_files "$old/staticfiles" "$new/staticfiles"
    add_files "$new/staticfiles" "$old/staticfiles"
}

add_files() { # copy what is missing there
    [ ! -d "$1" ] || tar -C "$1" -cf - . | tar -C "$2" -xf - --skip-old-files
}

try_out() { # start its web server beside the running one, and ask whether it is ready
    say "Trying it at port $PREVIEW"
    (cd / && set -a && . /etc/curednation/curednation.env &&
        exec setpriv --reuid curednation --regid curednation --init-groups \
            "$new/.venv/bin/python" -m granian --interface rsgi --host 127.0.0.1 --port $PREVIEW \
            --workers 1 --log-level warning "$new/curednation/rsgi.py:application") &
    preview=$!
    answered=no
    for _ in $(seq 60); do
        ! answers "http://127.0.0.1:$PREVIEW/readyz" || { answered=yes && break; }
        kill -0 $preview 2>/dev/null || break
        sleep 0.5
    done
    kill $preview 2>/dev/null || true
    wait $preview || true
    [ $answered = yes ] || stop "It does not get ready."
}

answers() {
    "$new/.venv/bin/python" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' "$1" \
        2>/dev/null
}

install_files() { # units that the operator has not changed, and this command
    for file in $(cd "$new/deploy/systemd" && find . -type f); do
        if [ ! -e "$UNITS/$file" ] || cmp -s "$UNITS/$file" "$old/deploy/systemd/$file"; then
            install -D -m 644 "$new/deploy/systemd/$file" "$UNITS/$file"
        elif ! cmp -s "$new/deploy/systemd/$file" "$old/deploy/systemd/$file"; then
            say "You have changed $UNITS/$file: compare it with $new/deploy/systemd/$file"
        fi
    done
    install "$new/deploy/curednation" /usr/local/bin/curednation
    systemctl daemon-reload
}

server_of() { # what a reload does not replace: the server itself, and how it is started
    "$1/.venv/bin/python" -c 'import sys, granian; print(sys.version, granian.__version__)'
    cat "$1/deploy/systemd/curednation-web.service" "$1"/deploy/systemd/curednation-.service.d/*
}

roll_web() {
    say "Web server"
    main=$(systemctl show --property MainPID --value curednation-web)
    if [ "$(server_of "$old")" != "$(server_of "$new")" ]; then
        systemctl restart curednation-web # a few seconds in which Caddy keeps who comes waiting
    else
        workers=$(pgrep --parent "$main" || true)
        systemctl reload curednation-web
        for pid in $workers; do # each ends when another serves and its own requests are answered
            while kill -0 "$pid" 2>/dev/null; do sleep 0.5; done
        done
    fi
}

go_over() {
    ln -sfn "$old" "$RELEASES/previous"
    ln -s "$new" "$HERE.next"
    mv -T "$HERE.next" "$HERE" # at once: there is no moment without a release
    install_files
    roll_web
    say "Workers: each ends its tasks first, for two minutes at most"
    systemctl restart curednation-worker curednation-letters
    systemctl restart curednation-beat curednation-watch
    say "Rooms: calls go on meanwhile, and everybody comes back within seconds"
    systemctl restart curednation-rooms
    for folder in "$RELEASES"/*; do
        [ -L "$folder" ] || [ "$folder" = "$old" ] || [ "$folder" = "$new" ] || rm -rf "$folder"
    done
    say "$(basename "$new") runs. 'curednation doctor' looks it over; 'curednation upgrade --back' returns."
}

adopt() { # an installation that is a folder becomes a release among others
    [ -L "$HERE" ] && return
    first=$RELEASES/$(git -C "$HERE" rev-parse --short=12 HEAD)
    mkdir -p "$RELEASES"
    mv -T "$HERE" "$first"
    ln -s "$first" "$HERE"
}

[ "$(id -u)" = 0 ] || stop "Run this as root."
new='' version='' back=no BACKUP=yes
for word; do
    case $word in
        --back) back=yes ;;
        --no-backup) BACKUP=no ;;
        --laid=*) new=${word#--laid=} ;; # the script of the version before has laid it
        -*) stop "usage: curednation upgrade [--no-backup] [VERSION], or curednation upgrade --back" ;;
        *) version=$word ;;
    esac
done
exec 9>/run/curednation-upgrade
flock --nonblock 9 || stop "Somebody else is about it."
adopt
old=$(readlink -f "$HERE")
if [ $back = yes ]; then
    new=$(readlink -e "$RELEASES/previous") || stop "There is no version before."
    try_out # the tables stay as they are: the release before knows how to live with them
elif [ -z "$new" ]; then
    lay "$version"
    set -- --laid="$new"
    [ $BACKUP = yes ] || set -- "$@" --no-backup
    exec "$new/deploy/upgrade.sh" "$@"
else
    prepare
    try_out
fi
go_over
