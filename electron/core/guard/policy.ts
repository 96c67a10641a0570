import type { ToolClass } from '../../contract/bridge.ts';
import type { PresetName } from '../../contract/profile.ts';
import { parseJsonText } from '../../contract/json-text.ts';
import type { JsonNode } from '../../contract/json-text.ts';

type Known = Exclude<ToolClass, 'unknown'>;
type Table = ReadonlyMap<string, Known>;

const names = (text: string): string[] => text.trim().split(/\s+/);

function table(lists: { read?: string; stop?: string; start?: string }): Table {
  const rows = new Map<string, Known>();
  for (const toolClass of ['read', 'stop', 'start'] as const)
    for (const name of names(lists[toolClass] ?? '')) if (name !== '') rows.set(name, toolClass);
  return rows;
}

/**
 * Catalyst orchestrator v3.0.0 to v6.0.3, the functional specification 6.1, and the servers of its successor
 * (position-monitor, market-scanner, trade-executor). What writes anything is start-like unless it only ends
 * trading. `emergency_stop` closes every position (v4.4 answers `positions_closed`), and an order to sell
 * everything can cost more than the trading it ends: it is start-like and asks, and so are the close tools.
 * The app's own emergency stop never uses them.
 */
const CATALYST = table({
  read: `analyze_symbol get_risk_metrics get_trading_positions get_service_status run_backtest
    get_exit_recommendations get_position_health get_quote get_technicals detect_patterns get_news
    get_portfolio check_risk get_last_trade_date get_signals`,
  stop: `stop_trading stop_trading_cycle`,
  start: `start_trading_cycle run_workflow_step update_config update_risk_parameters update_cycle_config
    execute_signal execute_trade trigger_market_scan force_market_scan scan_market adjust_position_stop_loss
    emergency_stop close_position close_all_positions close_all
    acknowledge_recommendation sync_positions log_decision publish_signal`,
});

/** StockSpark 1.0.0: 35 listed tools and two callable ones. Choosing a company or dealer redirects later writes. */
const STOCKSPARK = table({
  read: `test_connection get_mcp_performance get_vehicle list_vehicles get_vehicle_images get_publication_status
    list_available_portals get_underperforming_vehicles analyze_inventory_health get_pricing_recommendations
    get_vehicle_leads analyze_lead_trends search_vehicle_versions compare_vehicle_versions
    get_vehicle_version_template get_vehicle_makes get_vehicle_models get_vehicle_trims
    get_vehicle_transmissions get_vehicle_bodies get_vehicle_fuels get_vehicle_colors get_user_context
    list_user_companies list_company_dealers`,
  start: `add_vehicle update_vehicle_price update_vehicle delete_vehicle upload_vehicle_images
    delete_vehicle_image set_vehicle_main_image publish_vehicle unpublish_vehicle apply_bulk_discount
    select_company select_dealer`,
});

/** StockPulse: the filesystem server (it ignores its own read-only setting) and the tools of its auth server. */
const STOCKPULSE = table({
  read: `browse_directory read_file get_file_info search_files validate_token get_user_profile`,
  start: `write_file delete_file authenticate_user create_user`,
});

/** The public Kubernetes demo server. */
const KUBERNETES = table({ read: `health_check echo get_time` });

const TABLES: Readonly<Record<PresetName, Table>> = {
  catalyst: CATALYST,
  stockspark: STOCKSPARK,
  stockpulse: STOCKPULSE,
  kubernetes: KUBERNETES,
  generic: new Map(),
};

/** Tools that the bridge answers itself. */
const OWN_TOOLS: ReadonlySet<string> = new Set([
  'companion_status',
  'companion_positions',
  'companion_continue',
]);

/** True for the tools that the bridge answers itself, whatever the back end. */
export function isOwnTool(tool: string): boolean {
  return OWN_TOOLS.has(tool);
}

/**
 * The class of a tool by exact name in our own reviewed table; `unknown` when the preset does not list it.
 * No server of these sends annotations, and a server's word could not loosen this anyway.
 */
export function classify(preset: PresetName, tool: string): ToolClass {
  if (OWN_TOOLS.has(tool)) return 'read';
  return TABLES[preset].get(tool) ?? 'unknown';
}

/** The stop tools of a preset, newest first. */
export function stopTools(preset: PresetName): readonly string[] {
  return [...TABLES[preset]].filter(([, toolClass]) => toolClass === 'stop').map(([name]) => name);
}

/** What a stop tool may be given and still be a plain stop; `close_positions` only as the literal false. */
const HARMLESS_STOP_ARGUMENTS: ReadonlySet<string> = new Set(['reason', 'cycle_id']);

function isPlainStop(node: JsonNode): boolean {
  // `arguments: null` is how some clients say that there are none
  if (node.kind !== 'object') return node.kind === 'literal' && node.text === 'null';
  for (const [key, value] of node.members) {
    if (key === 'close_positions') {
      if (value.kind !== 'literal' || value.text !== 'false') return false;
    } else if (!HARMLESS_STOP_ARGUMENTS.has(key)) return false;
  }
  return true;
}

/**
 * The class of one call. A stop that liquidates is start-like: any stop call whose
 * arguments are more than a reason, a cycle or `close_positions: false` is asked about. Python servers read
 * "true", 1 and "yes" as true, so only the literal false, or leaving it out, counts as not closing.
 */
export function classifyCall(preset: PresetName, tool: string, argumentsText: string): ToolClass {
  return strictestOfCall(classify(preset, tool), argumentsText);
}

/** As classifyCall, for a class already known, e.g. one given at approval. */
export function strictestOfCall(toolClass: ToolClass, argumentsText: string): ToolClass {
  if (toolClass !== 'stop') return toolClass;
  try {
    return isPlainStop(parseJsonText(argumentsText)) ? 'stop' : 'start';
  } catch {
    return 'start';
  }
}

const STRICTNESS: Readonly<Record<Known, number>> = { read: 0, stop: 1, start: 2 };

/**
 * The class after a person's approval: it decides for names that the preset does not list; for those it lists,
 * approval can only make the class stricter.
 */
export function withApproval(ofTable: ToolClass, approvedAs: ToolClass | null): ToolClass {
  if (approvedAs === null || approvedAs === 'unknown') return ofTable;
  if (ofTable === 'unknown') return approvedAs;
  return STRICTNESS[approvedAs] > STRICTNESS[ofTable] ? approvedAs : ofTable;
}
