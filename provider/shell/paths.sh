# shellcheck shell=bash
# Tells how paths are. Lines `set TAB path`, and `TAB file of the salt` when it is a secret one, become lines `path` with
# mode, owner, type and what it holds: `~digest` when it is secret, `=digest` when it has more bytes than the argument says
# (64 KiB when there is none), hexadecimal else.
# One process for all of them, since a hundred take a second; perl-base is essential on Debian.
# shellcheck disable=SC2016 # the variables are Perl's and those of its sh
paths() {
  perl -e '
    my $most = shift;
    sub digest { open(my $pipe, "-|", "sh", "-c", q(cat -- "$@" | sha256sum), "sh", @_) or return ""; (split " ", <$pipe>)[0] }
    while (<STDIN>) {
      chomp;
      my ($set, $path, $salt) = split /\t/;
      my @is = lstat $path or next;
      my $type = -l _ ? "symbolic link" : -d _ ? "directory" : -f _ ? "regular file" : "special file";
      my $owner = (getpwuid($is[4]) // $is[4]) . ":" . (getgrgid($is[5]) // $is[5]);
      my $content = "-";
      if ($type eq "regular file") {
        if (defined $salt) { $content = "~" . substr digest($salt, $path), 0, 32 }
        elsif ($is[7] > $most) { $content = "=" . digest($path) }
        elsif (open my $file, "<:raw", $path) { local $/; $content = unpack "H*", <$file> // "" }
      }
      print join("\t", "path", $set, $path, sprintf("%04o", $is[2] & 07777), $owner, $type, $content), "\n";
    }' "${1:-65536}"
}
