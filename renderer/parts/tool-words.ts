/** What a tool does to trading, in words a person would use. Other tools are named as they are. */
const WORDS: Record<string, string> = {
  start_trading_cycle: 'START TRADING',
  start_trading: 'START TRADING',
  execute_trade: 'PLACE A TRADE',
  execute_signal: 'TRADE ON A SIGNAL',
  close_position: 'CLOSE A POSITION',
  close_all: 'CLOSE ALL POSITIONS',
  close_all_positions: 'CLOSE ALL POSITIONS',
  update_risk_parameters: 'CHANGE RISK LIMITS',
  adjust_position_stop_loss: 'MOVE A STOP LOSS',
  restart_container: 'RESTART A CONTAINER',
};

export function toolWords(tool: string): string {
  return WORDS[tool] ?? `RUN ${tool}`;
}

/** The client's name without its version and transport, for a title. */
export function clientWords(client: string): string {
  return client.split(' ')[0] ?? client;
}
