import fs from 'node:fs';
export function readOwnerNames() {
    return { users: parse('/etc/passwd'), groups: parse('/etc/group') };
}
function parse(file) {
    const names = new Map();
    let text = '';
    try {
        text = fs.readFileSync(file, 'utf8');
    }
    catch {
        // A container without the file: numbers alone are kept.
    }
    for (const line of text.split('\n')) {
        const [name, , id] = line.split(':');
        if (name && id !== undefined && /^\d+$/.test(id) && !names.has(Number(id)))
            names.set(Number(id), name);
    }
    return names;
}
