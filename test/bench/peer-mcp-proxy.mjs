// mcp-proxy's command serves stdio over HTTP only; its library goes the other way: node … PATH-OF-ITS-INDEX URL
import { pathToFileURL } from 'node:url';

const [, , index, url] = process.argv;
const { ServerType, startStdioServer } = await import(pathToFileURL(index).href);
await startStdioServer({ serverType: ServerType.HTTPStream, transportOptions: {}, url });
