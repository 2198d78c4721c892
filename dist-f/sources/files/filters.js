/**
 * Which entries a backup leaves out by wish: patterns, size, age, markers. Paths are byte strings (one character a byte), so that a pattern
 * meets names that are no valid UTF-8. What a filter leaves out does not make a run partial.
 */
import { BackupError } from "../../kernel/backup-error.js";
import { Glob, GlobError } from "./glob.js";
/** Compiles filters for backup roots (absolute paths as byte strings). Throws USAGE naming a bad pattern. */
export function createFileFilter(filters, roots) {
    const includes = (filters.includePatterns ?? []).map((pattern) => compilePattern(pattern));
    const excludes = (filters.excludePatterns ?? []).map((pattern) => compilePattern(pattern));
    const relative = (path) => relativeTo(roots, path);
    return {
        excludesDirectory: (path, rules) => {
            const name = relative(path);
            return name !== '' && (excludes.some((pattern) => pattern.expression.test(name)) || ignored(rules, path, true));
        },
        excludesFile: (path, facts, rules) => {
            if (filters.sizeLimit !== undefined && facts.bytes > filters.sizeLimit)
                return true;
            if (filters.modifiedSinceMs !== undefined && facts.modifiedMs < filters.modifiedSinceMs)
                return true;
            const name = relative(path);
            if (excludes.some((pattern) => !pattern.directoryOnly && pattern.expression.test(name)))
                return true;
            if (includes.length > 0 && !includes.some((pattern) => pattern.expression.test(name)))
                return true;
            return ignored(rules, path, false);
        },
    };
}
/** Parses an ignore file: one pattern a line, `#` comments, `!` takes back. */
export function parseIgnoreFile(text, directory) {
    const lines = text.split('\n').map((line) => line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, ''));
    return { directory, patterns: lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => compilePattern(line)) };
}
function ignored(rules, path, isDirectory) {
    let verdict = false;
    for (const { directory, patterns } of rules ?? []) {
        const name = path.slice(directory === '/' ? 1 : directory.length + 1);
        for (const pattern of patterns) {
            if ((!pattern.directoryOnly || isDirectory) && pattern.expression.test(name))
                verdict = !pattern.isNegated;
        }
    }
    return verdict;
}
function relativeTo(roots, path) {
    for (const root of roots) {
        if (path === root)
            return '';
        const prefix = root === '/' ? '/' : `${root}/`;
        if (path.startsWith(prefix))
            return path.slice(prefix.length);
    }
    return path.replace(/^\/+/, '');
}
/**
 * Compiles one pattern: a glob (glob.ts); a leading "/" anchors to the backup's path, a trailing "/" means folders only, a pattern without an inner
 * slash matches at any depth, a leading "!" takes back. Throws USAGE naming the pattern.
 */
export function compilePattern(pattern) {
    const isNegated = pattern.startsWith('!');
    const bytes = Buffer.from(isNegated ? pattern.slice(1) : pattern.replace(/^\\(?=[!#])/, '')).toString('latin1');
    const directoryOnly = bytes.endsWith('/');
    const anchored = bytes.startsWith('/');
    const body = bytes.slice(anchored ? 1 : 0, directoryOnly ? -1 : undefined);
    if (body === '')
        throw badPattern(pattern, 'is empty');
    try {
        return { expression: new Glob(body, { atAnyDepth: !anchored && !body.includes('/') }), isNegated, directoryOnly };
    }
    catch (error) {
        if (error instanceof GlobError)
            throw badPattern(pattern, error.message);
        throw error;
    }
}
function badPattern(pattern, how) {
    return new BackupError('USAGE', `The pattern "${pattern}" ${how}.`, { context: { pattern } });
}
