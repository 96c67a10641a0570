import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { PageFile } from '../core/page-files.ts';
import { SECURITY_HEADERS } from './headers.ts';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Below this many bytes compressing does not pay. */
const SMALL = 1024;

interface Variants {
  file: PageFile;
  br?: Buffer;
  gzip?: Buffer;
}

/** Serves a page map; compressed forms are made in the background, until then answers go out as they are. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, Variants>;

  constructor(page: ReadonlyMap<string, PageFile>) {
    this.#files = new Map([...page].map(([url, file]) => [url, { file }]));
  }

  /** Compresses what is text, one file after the other, so that start-up and first paint are not slowed. */
  async compress(): Promise<void> {
    for (const variants of this.#files.values()) {
      const { type, body } = variants.file;
      if (body.length < SMALL || !/^text|svg/.test(type)) continue;
      variants.gzip = await gzipped(body);
      variants.br = await brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
    }
  }

  /** Answers GET and HEAD for a path of the map; false where there is no such path. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const variants = this.#files.get((request.url ?? '').split('?')[0] ?? '');
    if (!variants) return false;
    const accepted = request.headers['accept-encoding'] ?? '';
    const encoding =
      variants.br && /\bbr\b/.test(accepted)
        ? 'br'
        : variants.gzip && /\bgzip\b/.test(accepted)
          ? 'gzip'
          : undefined;
    const body = (encoding && variants[encoding]) ?? variants.file.body;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': variants.file.type,
      'content-length': body.length,
      'cache-control': variants.file.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
      vary: 'accept-encoding',
      ...(encoding ? { 'content-encoding': encoding } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  }
}
