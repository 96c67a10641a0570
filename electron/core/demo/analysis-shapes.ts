import { float, naiveTime, round2, zonedTime } from './python-json.ts';
import type { Quote } from './market.ts';
import type { Simulation } from './simulation.ts';

/** What technical, pattern and news say about symbols; computed from the walk, so that it is stable within a second. */

const score = (quote: Quote): number => round2(quote.momentum);

const at = (simulation: Simulation): string => naiveTime(simulation.clock.now());

export function technicalAnalysis(simulation: Simulation, quote: Quote): Record<string, unknown> {
  const change = (quote.price / quote.open - 1) * 100;
  return {
    symbol: quote.symbol,
    timestamp: at(simulation),
    price: float(quote.price),
    rsi: float(round2(50 + quote.momentum * 30)),
    macd: float(round2(change / 2)),
    macd_signal: float(round2(change / 3)),
    sma_20: float(round2((quote.price + quote.open) / 2)),
    volume: quote.volume,
    trend: change > 0.2 ? 'up' : change < -0.2 ? 'down' : 'sideways',
  };
}

export function patternAnalysis(simulation: Simulation, quote: Quote): Record<string, unknown> {
  const found = Math.abs(quote.momentum) > 0.3;
  const pattern = {
    pattern_type: quote.momentum > 0 ? 'bull_flag' : 'bear_flag',
    confidence: float(round2(0.6 + Math.abs(quote.momentum) * 0.35)),
    timeframe: '5m',
  };
  return {
    success: true,
    symbol: quote.symbol,
    patterns_found: found ? 1 : 0,
    patterns: found ? [pattern] : [],
    timestamp: at(simulation),
  };
}

export function newsSentiment(quote: Quote): Record<string, unknown> {
  return {
    symbol: quote.symbol,
    sentiment_score: float(score(quote)),
    sentiment_label: quote.momentum > 0.2 ? 'positive' : quote.momentum < -0.2 ? 'negative' : 'neutral',
    article_count: 1 + (quote.volume % 7),
  };
}

/** GET news /api/v1/catalysts: the symbols that move most. */
export function catalysts(simulation: Simulation): Record<string, unknown> {
  const now = simulation.clock.now();
  const rows = [...simulation.market.quotes]
    .sort((a, b) => Math.abs(b.momentum) - Math.abs(a.momentum))
    .slice(0, 5)
    .map((quote, index) => ({
      symbol: quote.symbol,
      headline: `${quote.company}: analysts revise estimates`,
      catalyst_type: 'analyst_rating',
      catalyst_strength: Math.abs(quote.momentum) > 0.6 ? 'strong' : 'moderate',
      sentiment_score: float(score(quote)),
      source: 'benzinga',
      published_at: zonedTime(Math.floor(now / 60_000) * 60_000 - index * 420_000),
    }));
  return { success: true, count: rows.length, catalysts: rows, timestamp: at(simulation) };
}

/** GET news /api/v1/stats. */
export function newsStats(simulation: Simulation): Record<string, unknown> {
  const minutes = Math.floor((simulation.clock.now() - simulation.startedAt) / 60_000);
  return {
    success: true,
    stats: {
      total_articles: 412 + minutes,
      articles_24h: 96 + minutes,
      symbols_covered: 20,
      price_impacts: 0,
    },
    timestamp: at(simulation),
  };
}
