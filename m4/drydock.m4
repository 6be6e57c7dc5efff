# DD_WARNING_FLAGS(VARIABLE, FLAGS)
# Collects in VARIABLE those of FLAGS that the compiler takes.
AC_DEFUN([DD_WARNING_FLAGS],
[$1=
dd_saved_cflags=$CFLAGS
for dd_flag in $2; do
  CFLAGS="$dd_saved_cflags -Werror $dd_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([])], [$1="$$1 $dd_flag"])
done
CFLAGS=$dd_saved_cflags
AC_SUBST([$1])])

# DD_SANITIZERS
# --enable-sanitizers builds everything with AddressSanitizer and UndefinedBehaviorSanitizer.
AC_DEFUN([DD_SANITIZERS],
[AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers], [build with ASan and UBSan])],
  [], [enable_sanitizers=no])
AS_IF([test "x$enable_sanitizers" = xyes],
  [SANITIZE_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
AC_SUBST([SANITIZE_CFLAGS])])
