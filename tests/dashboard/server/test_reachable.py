"""A websocket that opens where websockets get through, and closes at once."""

from spexplain.dashboard.server.reachable import REACHABLE
from tornado.testing import AsyncHTTPTestCase, gen_test
from tornado.web import Application
from tornado.websocket import websocket_connect


class TestReachable(AsyncHTTPTestCase):
    def get_app(self) -> Application:
        return Application(REACHABLE)

    @gen_test
    async def test_a_websocket_opens_and_is_closed(self) -> None:
        opened = await websocket_connect(f"ws://127.0.0.1:{self.get_http_port()}/reachable")
        assert await opened.read_message() is None
        opened.close()

    def test_it_says_that_it_can_be_asked(self) -> None:
        assert self.fetch("/reachable").code == 204
