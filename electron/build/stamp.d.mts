export function sourceStamp(root: string): Promise<string>;
export function isFresh(root: string): Promise<boolean>;
export function writeStamp(root: string, stamp: string): Promise<void>;
