"""A database and a Redis that are elsewhere, as the web-only image of Discourse uses them: by its variables, on real servers."""

import os
import socket
import socketserver
import threading

import psycopg2

DATABASE = {
    "host": os.environ.get("DISCOURSE_DB_HOST"),
    "port": os.environ.get("DISCOURSE_DB_PORT"),
    "dbname": os.environ.get("DISCOURSE_DB_NAME"),
    "user": os.environ.get("DISCOURSE_DB_USERNAME"),
    "password": os.environ.get("DISCOURSE_DB_PASSWORD"),
}
REDIS = (os.environ.get("DISCOURSE_REDIS_HOST"), os.environ.get("DISCOURSE_REDIS_PORT"))
REDIS_PASSWORD = os.environ.get("DISCOURSE_REDIS_PASSWORD")
USED = DATABASE["host"] is not None


def ask(question, *values):
    connection = psycopg2.connect(connect_timeout=5, **DATABASE)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question, values)
    finally:
        connection.close()


def migrate():
    """What the real image does at each boot, for MIGRATE_ON_BOOT is in it."""
    version = os.environ.get("STANDIN_MIGRATION", "20260101000000")
    ask("create table if not exists schema_migrations (version text primary key)")
    ask("insert into schema_migrations values (%s) on conflict do nothing", version)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def listen(handler):
    """In place of the socket, on port 80, when the database is migrated."""
    migrate()
    server = Server(("", 80), handler)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    return server


def well():
    """Whether both answer, with the logins that were given."""
    try:
        ask("select count(*) from schema_migrations")
        with socket.create_connection(REDIS, timeout=5) as redis:
            login = f"AUTH {REDIS_PASSWORD}\r\n" if REDIS_PASSWORD else ""
            redis.sendall(f"{login}PING\r\nQUIT\r\n".encode())
            said = redis.makefile("rb").read().decode()
        return said == ("+OK\r\n" if login else "") + "+PONG\r\n+OK\r\n"
    except (psycopg2.Error, OSError):
        return False
