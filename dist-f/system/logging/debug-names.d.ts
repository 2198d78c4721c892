/** Which names `DEBUG` asks for: the rules of the debug package (`backup:*,-backup:queue`; spaces or commas; a minus takes out and wins). */
export declare function debugNames(namespaces: string): (name: string) => boolean;
