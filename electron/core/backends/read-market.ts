import type { NewsItem, NewsModel, ScanCandidate, ScanModel } from '../../contract/records.ts';
import { parseDecimal } from './decimal.ts';
import { asNumber, firstOf, rawText, textOf, type Fields } from './json-text.ts';
import type { Read } from './json-value.ts';
import { newestFirst, readRows, type RecordsContext } from './read-list.ts';
import { RECORDS_KEPT } from '../../contract/records.ts';

function candidateOf(row: Fields, key: (base: string) => string): ScanCandidate {
  const symbol = textOf(firstOf(row, ['symbol', 'ticker'])) ?? null;
  const amount = (...keys: string[]) => parseDecimal(firstOf(row, keys));
  const rank = asNumber(row['rank']);
  return {
    key: key(symbol ?? '?'),
    rank: rank !== undefined && Number.isInteger(rank) ? rank : null,
    symbol,
    company: textOf(firstOf(row, ['company_name', 'company', 'name'])) ?? null,
    sector: textOf(firstOf(row, ['sector_name', 'sector'])) ?? null,
    price: amount('price', 'current_price', 'last_price'),
    volume: amount('volume'),
    score: amount('composite_score', 'score', 'total_score', 'confidence'),
    catalyst: amount('catalyst_score', 'news_score'),
    technical: amount('technical_score'),
    momentum: amount('momentum_score', 'momentum'),
    raw: rawText(row),
  };
}

/** The candidates of the newest scan, in the back end's order. */
export function readScan(value: unknown, context: RecordsContext): Read<ScanModel> {
  let scannedAt: ScanModel['scannedAt'] = null;
  const note = (field: unknown) => {
    const instant = context.instant(field);
    if (instant && instant.at >= (scannedAt?.at ?? -Infinity)) scannedAt = instant;
  };
  const read = readRows(value, ['candidates', 'picks', 'results', 'scan_results'], (row, key) => {
    note(firstOf(row, ['scan_timestamp', 'scanned_at']));
    return candidateOf(row, key);
  });
  if (!read.ok) return read;
  const { rows, around } = read.value;
  note(firstOf(around, ['scan_time', 'scan_timestamp', 'scanned_at']));
  return { ok: true, value: { rows: rows.slice(0, RECORDS_KEPT), total: rows.length, scannedAt } };
}

function newsOf(row: Fields, key: (base: string) => string, context: RecordsContext): NewsItem | undefined {
  const headline = textOf(firstOf(row, ['headline', 'title', 'summary']));
  if (headline === undefined) return undefined;
  const symbol = textOf(firstOf(row, ['symbol', 'ticker'])) ?? null;
  const publishedAt = context.instant(firstOf(row, ['published_at', 'published', 'timestamp', 'created_at']));
  return {
    key: key(
      textOf(firstOf(row, ['news_id', 'id'])) ??
        `${symbol ?? ''}@${publishedAt?.text ?? ''}@${headline.slice(0, 80)}`,
    ),
    symbol,
    headline,
    kind: textOf(firstOf(row, ['catalyst_type', 'type', 'category'])) ?? null,
    strength: textOf(firstOf(row, ['catalyst_strength', 'strength', 'impact'])) ?? null,
    sentiment: parseDecimal(firstOf(row, ['sentiment_score', 'sentiment'])),
    publisher: textOf(firstOf(row, ['source', 'publisher'])) ?? null,
    publishedAt,
  };
}

/** News and catalysts, newest first; what has no words is no news. */
export function readNews(value: unknown, context: RecordsContext): Read<NewsModel> {
  const read = readRows(value, ['catalysts', 'news', 'articles', 'items'], (row, key) =>
    newsOf(row, key, context),
  );
  return read.ok ? { ok: true, value: newestFirst(read.value.rows, (row) => row.publishedAt?.at) } : read;
}
