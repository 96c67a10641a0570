// The app under test, which tells its memory after a full collection (node --expose-gc).
import '../fixtures/mcp/app.ts';

process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  process.send(process.memoryUsage());
});
