"""Odoo's configuration file, which everything that runs in the environment reads (`ODOO_RC`)."""

from . import cache, paths, postgres, procs


def write() -> None:
    """Write `.cache/odoo.conf`; readable by its owner only, since it may hold a database password."""
    server = postgres.server()
    addons = [str(paths.ROOT)] if paths.addons() else []
    options = {
        # Odoo finds its own addons by itself.
        "addons_path": ",".join(addons),
        "data_dir": str(paths.DATA),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_password": server.password,
        "http_interface": "127.0.0.1",
        "screenshots": str(paths.LOGS / "screenshots"),
        # A development server has nobody to report to.
        "publisher_warranty_url": "http://127.0.0.1:9/",
    }
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in options.items() if value]
    cache.write_atomically(paths.CONFIG, "\n".join(["[options]", *lines, ""]), 0o600)


def environment(**extra: str) -> dict[str, str]:
    """The environment for Odoo and for scripts that import it."""
    return procs.environment(ODOO_RC=str(paths.CONFIG), LEADYA_ROOT=str(paths.ROOT), **extra)
