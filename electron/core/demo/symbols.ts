export interface Listing {
  symbol: string;
  company: string;
  sector: string;
  /** US dollars at the start of the simulation. */
  price: number;
  /** Standard deviation of one second's return. */
  volatility: number;
}

const row = (
  symbol: string,
  company: string,
  sector: string,
  price: number,
  volatility: number,
): Listing => ({
  symbol,
  company,
  sector,
  price,
  volatility,
});

/** Invented names in numbers, for a book of positions larger than the twenty that everybody knows. */
export function inventedListing(n: number): Listing {
  const letter = (value: number): string => String.fromCharCode(65 + (value % 26));
  const symbol = `Z${letter(Math.floor(n / 26))}${letter(n)}`;
  return row(
    symbol,
    `Invented Company ${symbol}`,
    'Invented',
    20 + ((n * 37) % 400),
    0.0003 + (n % 7) * 0.0001,
  );
}

/** Names that everybody knows, at invented prices. */
export const SYMBOLS: readonly Listing[] = [
  row('AAPL', 'Apple Inc.', 'Technology', 228.4, 0.0006),
  row('MSFT', 'Microsoft Corporation', 'Technology', 431.7, 0.0005),
  row('NVDA', 'NVIDIA Corporation', 'Technology', 142.9, 0.0011),
  row('AMD', 'Advanced Micro Devices, Inc.', 'Technology', 137.6, 0.0011),
  row('AVGO', 'Broadcom Inc.', 'Technology', 168.2, 0.0009),
  row('CRM', 'Salesforce, Inc.', 'Technology', 329.5, 0.0007),
  row('GOOGL', 'Alphabet Inc.', 'Communication Services', 176.3, 0.0006),
  row('META', 'Meta Platforms, Inc.', 'Communication Services', 559.1, 0.0007),
  row('NFLX', 'Netflix, Inc.', 'Communication Services', 884.2, 0.0007),
  row('AMZN', 'Amazon.com, Inc.', 'Consumer Cyclical', 198.4, 0.0007),
  row('TSLA', 'Tesla, Inc.', 'Consumer Cyclical', 342.0, 0.0013),
  row('NKE', 'NIKE, Inc.', 'Consumer Cyclical', 74.8, 0.0007),
  row('COST', 'Costco Wholesale Corporation', 'Consumer Defensive', 928.1, 0.0004),
  row('PEP', 'PepsiCo, Inc.', 'Consumer Defensive', 159.3, 0.0004),
  row('JPM', 'JPMorgan Chase & Co.', 'Financial Services', 245.6, 0.0005),
  row('V', 'Visa Inc.', 'Financial Services', 309.9, 0.0004),
  row('COIN', 'Coinbase Global, Inc.', 'Financial Services', 304.6, 0.0014),
  row('UNH', 'UnitedHealth Group Incorporated', 'Healthcare', 590.8, 0.0006),
  row('MRNA', 'Moderna, Inc.', 'Healthcare', 41.2, 0.0013),
  row('XOM', 'Exxon Mobil Corporation', 'Energy', 121.9, 0.0005),
];
