"""The drill of docs/deploy.md: `make deploy-drill`.

A fresh Debian is made on this machine, systemd becomes its init in namespaces of its own, and the
commands of the document are run in it, as they stand there. Then a visit is booked by https, mail
is received, processes are killed; and the image is built and its processes started. It needs root,
ten minutes, and Debian's debootstrap and buildah.
"""
