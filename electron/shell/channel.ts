/** The one channel between window and app: the page asks for its message port and gets it back on the same name. */
export const PORT_CHANNEL = 'companion-port';
/** The only origin that is ever loaded. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://companion';
