/// Every command passes through JSON several times.
extension Command: PlainJSON {
    package var plainJSON: String? {
        var words = PlainJSONList()
        for word in argv { words.append(word) }
        var variables = PlainJSONObject()
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            guard name.plainJSON != nil else { return nil }
            variables.append(name, value.plainJSON)
        }
        var object = PlainJSONObject()
        object.append("argv", words.json)
        if let directory { object.append("directory", directory.plainJSON) }
        object.append("environment", variables.json)
        return object.json
    }

    package init?(plainJSON json: Substring.UTF8View) {
        var scanner = PlainScanner(json)
        guard scanner.skip(#"{"argv":"#), let argv = scanner.list("[", "]", { $0.text() })
        else { return nil }
        self.init(argv)
        if scanner.skip(#","directory":"#) {
            guard let text = scanner.text() else { return nil }
            directory = text
        }
        guard scanner.skip(#","environment":"#),
            let variables = scanner.list(
                "{", "}",
                { scanner -> (String, String)? in
                    guard let name = scanner.text(), scanner.skip(":"), let value = scanner.text()
                    else { return nil }
                    return (name, value)
                }),
            scanner.skip("}"), scanner.isAtEnd
        else { return nil }
        for (name, value) in variables { environment[name] = value }
    }
}
