export function sourceStamp(root: string): Promise<string>;
export function isFresh(root: string): Promise<boolean>;
