import type { Preferences } from '../../../electron/contract/settings.ts';
import { useChangePreferences, usePreferences } from '../../api/preferences.ts';
import { ProfitLoss } from '../../parts/money.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Choices } from './choices.tsx';

const THEMES: readonly (readonly [Preferences['theme'], string])[] = [
  ['system', 'Follow the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];
const MONEY: readonly (readonly [Preferences['money'], string])[] = [
  ['green-red', 'Green and red'],
  ['blue-orange', 'Blue and orange'],
];
const NUMBERS: readonly (readonly [Preferences['numbers'], string])[] = [
  ['1,234.56', '1,234.56'],
  ['1.234,56', '1.234,56'],
  ['1 234,56', '1 234,56'],
  ['1’234.56', '1’234.56'],
];
const CURRENCY: readonly (readonly [Preferences['currency'], string])[] = [
  ['symbol', 'By its sign, $'],
  ['code', 'By its code, USD'],
];

/** Theme, colours of money, and how amounts are written, with an example of what comes of it. */
export function LookPanel() {
  const { theme, money, numbers, currency } = usePreferences();
  const change = useChangePreferences();
  return (
    <Panel
      title="Look"
      aside={
        <span className="flex gap-4 text-text" aria-label="Example">
          <ProfitLoss value="1812.40" currency="USD" />
          <ProfitLoss value="-391.78" currency="USD" />
        </span>
      }
    >
      <div className="flex flex-col gap-2">
        <Choices
          label="Theme"
          value={theme}
          options={THEMES}
          onChange={(next) => void change({ theme: next })}
        />
        <Choices
          label="Gain and loss"
          value={money}
          options={MONEY}
          onChange={(next) => void change({ money: next })}
        />
        <Choices
          label="Numbers"
          value={numbers}
          options={NUMBERS}
          onChange={(next) => void change({ numbers: next })}
        />
        <Choices
          label="Currencies"
          value={currency}
          options={CURRENCY}
          onChange={(next) => void change({ currency: next })}
        />
      </div>
    </Panel>
  );
}
