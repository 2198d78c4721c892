/** Whether a passphrase is one of those that are tried first: rows of the keyboard, common words, one word again and again. */
export declare function isGuessable(text: string): boolean;
