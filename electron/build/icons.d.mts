export function trayVariant(svg: string, theme: 'light' | 'dark' | 'template', consent: boolean): string;
export function drawIcons(resources: string, to: string): Promise<number>;
export function ico(svg: string, sizes?: readonly number[]): Buffer;
export function trayFiles(name: string, svg: string): (readonly [file: string, draw: () => Buffer])[];
