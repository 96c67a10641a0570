import { useMemo, useState } from 'react';
import type { CatalogueView } from '../../electron/contract/bridge.ts';
import { useAction, useApp, useProfile, useUi } from '../api/app-context.tsx';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { FilterInput } from '../parts/field.tsx';
import { Empty } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { NoProfile } from './no-profile.tsx';
import { ItemList } from './tools/item-list.tsx';
import { found, itemsOf } from './tools/items.ts';
import { ItemDetail } from './tools/tool-detail.tsx';

function Head({ catalogue }: { catalogue: CatalogueView }) {
  const { server, savedAt } = catalogue;
  return (
    <p className="min-w-0 truncate px-3 pt-2 text-xs text-quiet">
      {server === null ? null : (
        <>
          <PlainText text={`${server.name.slice(0, 60)} ${server.version.slice(0, 30)}`} />
          {', '}
        </>
      )}
      {savedAt === null ? 'never read' : <Age at={savedAt} before="confirmed " />}
    </p>
  );
}

function Explorer({ catalogue }: { catalogue: CatalogueView }) {
  const { ui } = useApp();
  const chosen = useUi((s) => s.route.item);
  const [query, setQuery] = useState('');
  const items = useMemo(() => itemsOf(catalogue), [catalogue]);
  const list = useMemo(() => found(items, query), [items, query]);
  const item = items.find((one) => one.key === chosen) ?? list[0];
  return (
    <div className="grid h-full min-h-0 grid-cols-[minmax(240px,300px)_minmax(0,1fr)]">
      <div className="flex min-h-0 flex-col border-r border-line">
        <Head catalogue={catalogue} />
        <div className="p-3 pb-1">
          <FilterInput
            wide
            label="Filter tools"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">
          {list.length === 0 ? (
            <p className="px-3 py-4 text-quiet">Nothing is called that.</p>
          ) : (
            <ItemList items={list} current={item?.key ?? null} onOpen={({ key }) => ui.go({ item: key })} />
          )}
        </div>
      </div>
      <div className="min-h-0 overflow-y-auto">
        {item === undefined ? null : <ItemDetail key={item.key} item={item} />}
      </div>
    </div>
  );
}

/** Says what they wait for, and what brings them. */
function NoTools() {
  const { ui } = useApp();
  const act = useAction();
  const profile = useProfile((p) => p.profile.name) ?? '';
  const link = useProfile((p) => p.link.state);
  const isRead = useProfile((p) => p.catalogue.savedAt !== null) ?? false;
  if (isRead) return <Empty title="No tools">The back end answered that it offers none.</Empty>;
  if (link === 'off')
    return (
      <Empty
        title="No tools known yet"
        actions={
          <Button look="primary" onClick={() => void act((c) => c.links.connect({ profile, waitMs: 0 }))}>
            Connect
          </Button>
        }
      >
        They are read at the first contact with the droplet and kept.
      </Empty>
    );
  const waits = link === 'connecting' || link === 'live';
  return (
    <Empty
      title={waits ? 'Reading the tools…' : 'No tools known yet'}
      actions={
        waits ? undefined : (
          <Button onClick={() => ui.go({ page: 'connections', section: 'link' })}>Look at the link</Button>
        )
      }
    >
      {waits
        ? 'They come with the first contact and are kept from then on.'
        : 'They are read at the first contact with the droplet, which has not come about.'}
    </Empty>
  );
}

/** What the back end offers and what clients may call; new and changed definitions wait here. */
export function Tools() {
  const catalogue = useProfile((p) => p.catalogue);
  if (catalogue === undefined) return <NoProfile />;
  if (catalogue.tools.length + catalogue.resources.length === 0) return <NoTools />;
  return <Explorer key={catalogue.server?.name ?? ''} catalogue={catalogue} />;
}
