"""How the database server is chosen."""

import os
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadya_env import postgres
from leadya_env.errors import Failure


class TestServer(unittest.TestCase):
    def server(self, **env):
        with mock.patch.dict(os.environ, env, clear=True):
            return postgres.server()

    def test_private_by_default(self):
        server = self.server()
        self.assertTrue(server.private)
        self.assertLess(len(f"{server.host}/.s.PGSQL.{server.port}"), 107)

    def test_pghost(self):
        server = self.server(PGHOST="db", PGUSER="me", PGPASSWORD="secret")
        self.assertEqual((server.host, server.port, server.user, server.password), ("db", "5432", "me", "secret"))

    def test_database_url(self):
        server = self.server(DATABASE_URL="postgresql://me:s%40crt@db:6543/ignored")
        self.assertEqual((server.host, server.port, server.user, server.password), ("db", "6543", "me", "s@crt"))
        socket = self.server(DATABASE_URL="postgresql://me@/x?host=/run/postgresql")
        self.assertEqual(socket.host, "/run/postgresql")

    def test_other_databases_are_refused(self):
        with self.assertRaises(Failure):
            self.server(DATABASE_URL="mysql://x/y")
