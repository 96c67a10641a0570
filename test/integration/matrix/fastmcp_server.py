"""The matrix's tools on Python FastMCP, both eras, at /mcp on a port of the system's; prints the port."""

import asyncio
import socket
from dataclasses import dataclass

import mcp_types
from fastmcp import Context, FastMCP

mcp = FastMCP("matrix-python")
begun = 0
cancelled = 0
toggled = True


@mcp.tool
def test_simple_text() -> str:
    return "This is a simple text response for testing."


@mcp.tool
async def test_tool_with_progress(ctx: Context) -> str:
    for progress in (0, 50, 100):
        await ctx.report_progress(progress, 100)
        await asyncio.sleep(0.05)
    return "done"


@mcp.tool
async def test_endless() -> str:
    global begun, cancelled
    begun += 1
    try:
        await asyncio.sleep(300)
    except asyncio.CancelledError:
        cancelled += 1
        raise
    return "never"


@mcp.tool
def test_cancelled() -> str:
    return str(cancelled)


@mcp.tool
def test_begun() -> str:
    return str(begun)


@mcp.tool
def test_toggled() -> str:
    return "here"


@mcp.tool
async def test_trigger_tool_change(ctx: Context) -> str:
    global toggled
    toggled = not toggled
    (mcp.enable if toggled else mcp.disable)(names={"test_toggled"})
    await ctx.send_notification(mcp_types.ToolListChangedNotification())
    return "there" if toggled else "gone"


@dataclass
class User:
    username: str
    email: str


FORM = {
    "type": "object",
    "properties": {"username": {"type": "string"}, "email": {"type": "string"}},
    "required": ["username", "email"],
}


@mcp.tool
async def test_elicitation(message: str, ctx: Context) -> str | mcp_types.InputRequiredResult:
    if ctx.request_context.protocol_version < "2026":
        answer = await ctx.elicit(message, User)
        return f"User response: action: {answer.action}, content: {answer.data.username}"
    given = (ctx.input_responses or {}).get("user")
    if given is not None:
        return f"User response: action: {given.action}, content: {given.content['username']}"
    form = mcp_types.ElicitRequestFormParams(message=message, requested_schema=FORM)
    return mcp_types.InputRequiredResult(
        input_requests={"user": mcp_types.ElicitRequest(params=form)}
    )


@mcp.resource("test://static-text", mime_type="text/plain")
def static_text() -> str:
    return "This is the content of the static text resource."


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
print(port, flush=True)
mcp.run(transport="http", host="127.0.0.1", port=port, path="/mcp", show_banner=False, log_level="error")
